import type {
  CommonTableExpr,
  CreateStmt,
  CreateTableAsStmt,
  Node,
  RangeVar,
  TableLikeClause,
  ViewStmt,
} from "libpg-query";
import { PgIndexError } from "../../engine/errors/advice";
import { fieldsOf } from "../../engine/input/namesInQuery";
import { labelOf } from "../declaration";
import { stringsOf } from "../parser/parseTree";
import { type KnownTable, placeOf, type State } from "../sql/scriptState";
import { copiedIndexesAdvice, unknownCopyAdvice } from "./followMessages";
import { labelOfRelation, type Scope, tableOf } from "./scope";

/** The state with the table that CREATE TABLE makes. */
export function learnTable(scope: Scope, node: CreateStmt): State {
  const { state } = scope;
  const { relation, tableElts = [], inhRelations = [], partbound } = node;
  if (relation?.relpersistence === "t") return addTemporary(state, relation);
  for (const element of tableElts) {
    if ("TableLikeClause" in element) requireNoCopies(scope, element.TableLikeClause);
  }
  const label = labelOfRelation(scope, relation);
  if (node.if_not_exists && state.tables.has(label)) return state;
  const known = withTable(state, label, { columns: columnsOf(scope, node) });
  const [parent] = inhRelations;
  if (!partbound || !parent || !("RangeVar" in parent)) return known;
  const parents = new Map(state.parents).set(label, labelOfRelation(scope, parent.RangeVar));
  return { ...known, parents };
}

/** The state with what CREATE TABLE AS and CREATE MATERIALIZED VIEW make: it has no indexes. */
export function learnQueryTable(scope: Scope, { into, objtype, query }: CreateTableAsStmt): State {
  const { state } = scope;
  if (into?.rel?.relpersistence === "t") return addTemporary(state, into.rel);
  const isMatview = objtype === "OBJECT_MATVIEW";
  const view = isMatview ? { isMatview, reads: readBy(scope, query) } : {};
  return withTable(state, labelOfRelation(scope, into?.rel), view);
}

export function learnView(scope: Scope, { view, query }: ViewStmt): State {
  if (view?.relpersistence === "t") return addTemporary(scope.state, view);
  return withTable(scope.state, labelOfRelation(scope, view), { reads: readBy(scope, query) });
}

/** The labels of all that a query names as a table. */
function readBy(scope: Scope, query: unknown): string[] {
  const [relations, own]: [RangeVar[], Set<string>] = [[], new Set()];
  for (const [key, child] of fieldsOf(query)) {
    if (key === "RangeVar") relations.push(child as RangeVar);
    if (key === "CommonTableExpr") own.add((child as CommonTableExpr).ctename ?? "");
  }
  const others = relations.filter(
    ({ schemaname, relname = "" }) => schemaname || !own.has(relname),
  );
  return others.map((each) => labelOfRelation(scope, each));
}

/** Undefined where a table that is not known, or a type, has them. */
function columnsOf(scope: Scope, node: CreateStmt): KnownTable["columns"] {
  const { tableElts = [], inhRelations = [], ofTypename } = node;
  const copied = tableElts.flatMap((each) =>
    "TableLikeClause" in each ? [each.TableLikeClause.relation] : [],
  );
  const above = inhRelations.flatMap((each) => ("RangeVar" in each ? [each.RangeVar] : []));
  const others = [...copied, ...above].map(
    (each) => scope.state.tables.get(labelOfRelation(scope, each))?.columns,
  );
  if (ofTypename || others.includes(undefined)) return undefined;
  const inherited = others.flatMap((columns) => [...(columns ?? [])]);
  return new Map([...inherited, ...tableElts.flatMap(columnOf)]);
}

export function withTable(state: State, label: string, table: KnownTable): State {
  return { ...state, tables: new Map(state.tables).set(label, table) };
}

export function addTemporary(state: State, relation: RangeVar): State {
  return { ...state, temporary: [...state.temporary, relation.relname ?? ""] };
}

/** A column and the name of its type. */
export function columnOf(node: Node): (readonly [column: string, type: string])[] {
  if (!("ColumnDef" in node)) return [];
  const { colname = "", typeName } = node.ColumnDef;
  return [[colname, stringsOf(typeName?.names).at(-1) ?? ""]];
}

/** The state with other columns of a table, where those are known. */
export function withColumns(
  state: State,
  label: string,
  change: (columns: Map<string, string>) => void,
): State {
  const table = state.tables.get(label);
  if (!table?.columns) return state;
  const columns = new Map(table.columns);
  change(columns);
  return withTable(state, label, { ...table, columns });
}

export function renamedColumn(
  state: State,
  label: string,
  [name, newName]: readonly [string, string],
): State {
  return withColumns(state, label, (columns) => {
    const type = columns.get(name);
    columns.delete(name);
    if (type !== undefined) columns.set(newName, type);
  });
}

export function renamedType(state: State, name: string, newName: string): State {
  return [...state.tables.keys()].reduce(
    (each, label) =>
      withColumns(each, label, (columns) => {
        for (const [column, type] of columns) if (type === name) columns.set(column, newName);
      }),
    state,
  );
}

/** CREATE_TABLE_LIKE_INDEXES, which INCLUDING ALL has too. */
const INDEXES = 1 << 6;

/**
 * PostgreSQL gives the copies names of its own, and a table that is not in the files may have
 * anything. A constraint's index is copied as a constraint.
 */
function requireNoCopies(scope: Scope, { relation, options = 0 }: TableLikeClause): void {
  if ((options & INDEXES) === 0) return;
  const { state, statement } = scope;
  const source = labelOfRelation(scope, relation);
  const copied = state.found.filter((index) => tableOf(index) === source && !index.constraint);
  if (copied.length > 0) {
    const labels = copied.map(labelOf);
    throw new PgIndexError(copiedIndexesAdvice(placeOf(statement), source, labels));
  }
  if (!state.tables.has(source)) {
    throw new PgIndexError(unknownCopyAdvice(placeOf(statement), source));
  }
}
