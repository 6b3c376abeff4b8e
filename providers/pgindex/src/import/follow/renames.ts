import type { AlterObjectSchemaStmt, RenameStmt } from "libpg-query";
import { type IndexDeclaration, inSchema, labelOf, schemaOf } from "../declaration";
import { stringsOf } from "../parser/parseTree";
import type { State } from "../sql/scriptState";
import { isColumnOf, type Names, refers, takesField, withReferences } from "./references";
import { hasColumn, labelOfRelation, mentions, refuseIf, type Scope, tableOf } from "./scope";
import { renamedColumn, renamedType } from "./tables";

/** What ALTER … RENAME does to the declarations. */
export function rename(scope: Scope, node: RenameStmt): State {
  const { state } = scope;
  const { renameType, subname = "", newname = "" } = node;
  if (renameType === "OBJECT_SCHEMA") return renameSchema(state, subname, newname);
  if (renameType === "OBJECT_TYPE" || renameType === "OBJECT_DOMAIN") {
    const parts = node.object && "List" in node.object ? stringsOf(node.object.List.items) : [];
    return renamedType(state, parts.at(-1) ?? "", newname);
  }
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
  if (!RELATIONS.has(renameType ?? "")) return state;
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

const RELATIONS: ReadonlySet<string> = new Set(["OBJECT_TABLE", "OBJECT_MATVIEW", "OBJECT_VIEW"]);

function renameTable(scope: Scope, label: string, name: string): State {
  const isOn = (index: IndexDeclaration) => tableOf(index) === label;
  const columns = scope.state.tables.get(label)?.columns;
  refuseIf(scope, (index) => isOn(index) && !columns && mayBeRow(index));
  const [schema = ""] = label.split(".");
  const relabelled = relabel(scope.state, (each) =>
    each === label ? labelOf({ schema, name }) : each,
  );
  const changed = (index: IndexDeclaration): IndexDeclaration => {
    const { table } = index;
    // A column of the same name comes before the row.
    const isRow = (names: Names) => names.length > 1 || !columns?.has(table);
    const change = (names: Names) =>
      names[0] === table && isRow(names) ? [name, ...names.slice(1)] : names;
    return { ...(mentions(index, table) ? withReferences(index, change) : index), table: name };
  };
  return {
    ...relabelled,
    found: relabelled.found.map((each) => (isOn(each) ? changed(each) : each)),
  };
}

function mayBeRow(index: IndexDeclaration): boolean {
  const { table } = index;
  return (
    mentions(index, table) && refers(index, (names) => names.length === 1 && names[0] === table)
  );
}

function renameColumn(
  scope: Scope,
  label: string,
  [name, newName]: readonly [string, string],
): State {
  const isOn = (index: IndexDeclaration) => tableOf(index) === label;
  refuseIf(scope, (index) => isOn(index) && mentions(index, name) && takesField(index, name));
  const column = (each: string) => (each === name ? newName : each);
  const found = scope.state.found.map((index): IndexDeclaration => {
    const isNamed = isOn(index) && mentions(index, name);
    if (!isOn(index) || !(hasColumn(index, name) || isNamed)) return index;
    const isMeant = isColumnOf(index, name);
    const read = isNamed
      ? withReferences(index, (names) => (isMeant(names) ? names.with(-1, newName) : names))
      : index;
    const columns = read.columns.map((key) => {
      if (typeof key === "string") return column(key);
      return key.column === undefined ? key : { ...key, column: column(key.column) };
    });
    const include = index.include && { include: index.include.map(column) };
    return { ...read, columns, ...include };
  });
  return renamedColumn({ ...scope.state, found }, label, [name, newName]);
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
  const tables = new Map(
    [...state.tables].map(([label, table]) => {
      const reads = table.reads && { reads: table.reads.map(change) };
      return [change(label), { ...table, ...reads }];
    }),
  );
  const parents = new Map([...state.parents].map(([child, of]) => [change(child), change(of)]));
  return { ...state, tables, parents };
}
