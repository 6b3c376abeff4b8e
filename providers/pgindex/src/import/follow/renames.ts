import type { AlterObjectSchemaStmt, RenameStmt } from "libpg-query";
import { type IndexDeclaration, inSchema, labelOf, schemaOf } from "../declaration";
import type { State } from "../sql/scriptState";
import {
  hasColumn,
  labelOfRelation,
  mentions,
  qualifiesWith,
  refuseIf,
  type Scope,
  tableOf,
} from "./scope";

/** What ALTER … RENAME does to the declarations. */
export function rename(scope: Scope, node: RenameStmt): State {
  const { state } = scope;
  const { renameType, subname = "", newname = "" } = node;
  if (renameType === "OBJECT_SCHEMA") return renameSchema(state, subname, newname);
  const label = labelOfRelation(scope, node.relation);
  if (renameType === "OBJECT_COLUMN") return renameColumn(scope, label, [subname, newname]);
  if (renameType === "OBJECT_TABCONSTRAINT") {
    const isMeant = (index: IndexDeclaration) =>
      tableOf(index) === label && index.constraint !== undefined && index.name === subname;
    return changeAll(state, isMeant, { name: newname });
  }
  if (state.found.some((index) => labelOf(index) === label)) {
    return changeAll(state, (index) => labelOf(index) === label, { name: newname });
  }
  if (renameType !== "OBJECT_TABLE" && renameType !== "OBJECT_MATVIEW") return state;
  return renameTable(scope, label, newname);
}

function changeAll(
  state: State,
  isMeant: (index: IndexDeclaration) => boolean,
  change: Partial<IndexDeclaration>,
): State {
  const found = state.found.map((index) => (isMeant(index) ? { ...index, ...change } : index));
  return { ...state, found };
}

function renameTable(scope: Scope, label: string, name: string): State {
  const isOn = (index: IndexDeclaration) => tableOf(index) === label;
  refuseIf(scope, (index) => isOn(index) && qualifiesWith(index, index.table));
  const [schema = ""] = label.split(".");
  const relabelled = relabel(scope.state, (each) =>
    each === label ? labelOf({ schema, name }) : each,
  );
  return changeAll(relabelled, isOn, { table: name });
}

function renameColumn(
  scope: Scope,
  label: string,
  [name, newName]: readonly [string, string],
): State {
  const isOn = (index: IndexDeclaration) => tableOf(index) === label;
  refuseIf(scope, (index) => isOn(index) && mentions(index, name));
  const column = (each: string) => (each === name ? newName : each);
  const found = scope.state.found.map((index): IndexDeclaration => {
    if (!isOn(index) || !hasColumn(index, name)) return index;
    const columns = index.columns.map((key) => {
      if (typeof key === "string") return column(key);
      return key.column === undefined ? key : { ...key, column: column(key.column) };
    });
    const include = index.include && { include: index.include.map(column) };
    return { ...index, columns, ...include };
  });
  return { ...scope.state, found };
}

function renameSchema(state: State, schema: string, newName: string): State {
  const prefix = `${schema}.`;
  const relabelled = relabel(state, (label) =>
    label.startsWith(prefix) ? `${newName}.${label.slice(prefix.length)}` : label,
  );
  return { ...relabelled, found: state.found.map((index) => movedFrom(index, schema, newName)) };
}

function movedFrom(index: IndexDeclaration, from: string, to: string): IndexDeclaration {
  if (schemaOf(index) !== from) return index;
  const { schema: _, ...rest } = index;
  return { ...inSchema(to), ...rest };
}

/** What ALTER TABLE … SET SCHEMA does: the indexes go along. */
export function move(scope: Scope, { relation, newschema = "" }: AlterObjectSchemaStmt): State {
  const { state } = scope;
  if (!relation) return state;
  const label = labelOfRelation(scope, relation);
  const relabelled = relabel(state, (each) =>
    each === label ? labelOf({ schema: newschema, name: relation.relname ?? "" }) : each,
  );
  const found = state.found.map((index) =>
    tableOf(index) === label ? movedFrom(index, schemaOf(index), newschema) : index,
  );
  return { ...relabelled, found };
}

/** The tables and partitions under other labels. */
function relabel(state: State, change: (label: string) => string): State {
  const tables = new Map([...state.tables].map(([label, table]) => [change(label), table]));
  const parents = new Map([...state.parents].map(([child, of]) => [change(child), change(of)]));
  return { ...state, tables, parents };
}
