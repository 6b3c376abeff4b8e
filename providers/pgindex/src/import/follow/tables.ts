import type { CreateStmt, CreateTableAsStmt, Node, RangeVar, TableLikeClause } from "libpg-query";
import { PgIndexError } from "../../engine/errors/advice";
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
  const known = withTable(state, label, { types: tableElts.flatMap(typeOf) });
  const [parent] = inhRelations;
  if (!partbound || !parent || !("RangeVar" in parent)) return known;
  const parents = new Map(state.parents).set(label, labelOfRelation(scope, parent.RangeVar));
  return { ...known, parents };
}

/** The state with what CREATE TABLE AS and CREATE MATERIALIZED VIEW make: it has no indexes. */
export function learnQueryTable(scope: Scope, { into, objtype }: CreateTableAsStmt): State {
  const { state } = scope;
  if (into?.rel?.relpersistence === "t") return addTemporary(state, into.rel);
  const isMatview = objtype === "OBJECT_MATVIEW" ? { isMatview: true as const } : {};
  return withTable(state, labelOfRelation(scope, into?.rel), { types: [], ...isMatview });
}

export function withTable(state: State, label: string, table: KnownTable): State {
  return { ...state, tables: new Map(state.tables).set(label, table) };
}

export function addTemporary(state: State, relation: RangeVar): State {
  return { ...state, temporary: [...state.temporary, relation.relname ?? ""] };
}

/** The name of a column's type. */
export function typeOf(node: Node): string[] {
  return "ColumnDef" in node ? stringsOf(node.ColumnDef.typeName?.names).slice(-1) : [];
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
