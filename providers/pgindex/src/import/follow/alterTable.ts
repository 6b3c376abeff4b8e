import type { AlterTableCmd, AlterTableStmt, Constraint, Node } from "libpg-query";
import { type IndexDeclaration, labelOf, type Parameters } from "../declaration";
import { definitionValue } from "../parser/parseTree";
import type { State } from "../sql/scriptState";
import { attach, detach } from "./partitions";
import { isColumnOf, refers, takesField } from "./references";
import { hasColumn, labelOfRelation, mentions, refuseIf, type Scope, tableOf } from "./scope";
import { columnOf, withColumns } from "./tables";

/** What ALTER TABLE and ALTER INDEX do to the declarations, command by command. */
export function alter(scope: Scope, { relation, cmds = [] }: AlterTableStmt): State {
  const label = labelOfRelation(scope, relation);
  const commands = cmds.flatMap((cmd) => ("AlterTableCmd" in cmd ? [cmd.AlterTableCmd] : []));
  return commands.reduce((state, command) => {
    const inner = { ...scope, state };
    const isIndex = state.found.some((index) => labelOf(index) === label);
    return isIndex ? alterIndex(inner, label, command) : alterTable(inner, label, command);
  }, scope.state);
}

function alterTable(scope: Scope, label: string, { subtype, name, def }: AlterTableCmd): State {
  const { state } = scope;
  const isOn = (index: IndexDeclaration) => tableOf(index) === label;
  if (def && "PartitionCmd" in def) {
    if (subtype === "AT_AttachPartition") return attach(scope, label, def.PartitionCmd);
    if (subtype === "AT_DetachPartition") return detach(scope, label, def.PartitionCmd);
  }
  if (subtype === "AT_AddConstraint" && def && "Constraint" in def) {
    return { ...state, found: addConstraint(scope, label, def.Constraint) };
  }
  if (subtype === "AT_DropConstraint") {
    const isMeant = (index: IndexDeclaration) =>
      isOn(index) && index.constraint !== undefined && index.name === name;
    return { ...state, found: state.found.filter((index) => !isMeant(index)) };
  }
  if (subtype === "AT_DropColumn") return dropColumn(scope, label, name ?? "");
  const types = def ? columnOf(def) : [];
  return withColumns(state, label, (columns) => {
    // In ALTER COLUMN … TYPE the command has the name.
    for (const [column, type] of types) columns.set(column || (name ?? ""), type);
  });
}

/** An index goes with any column that it has, or that its expressions or predicate name. */
export function dropColumn(scope: Scope, label: string, name: string): State {
  const isGone = (index: IndexDeclaration) =>
    hasColumn(index, name) || (mentions(index, name) && refers(index, isColumnOf(index, name)));
  const isOn = (index: IndexDeclaration) => tableOf(index) === label;
  const gone = scope.state.found.filter((index) => isOn(index) && isGone(index));
  refuseIf(
    scope,
    (index) =>
      isOn(index) && !gone.includes(index) && mentions(index, name) && takesField(index, name),
  );
  const found = scope.state.found.filter((index) => !gone.includes(index));
  return withColumns({ ...scope.state, found }, label, (columns) => columns.delete(name));
}

const CONSTRAINTS: Readonly<Record<string, IndexDeclaration["constraint"]>> = {
  CONSTR_UNIQUE: "unique",
  CONSTR_PRIMARY: "primaryKey",
};

/** ADD CONSTRAINT … USING INDEX renames the index after the constraint. */
function addConstraint(scope: Scope, table: string, added: Constraint) {
  const isMeant = (index: IndexDeclaration) =>
    tableOf(index) === table && index.name === added.indexname;
  const constraint = CONSTRAINTS[added.contype ?? ""];
  if (!constraint || added.deferrable) return refuseIf(scope, isMeant);
  return scope.state.found.map((index) =>
    isMeant(index) ? { ...index, name: added.conname ?? index.name, constraint } : index,
  );
}

function alterIndex(scope: Scope, label: string, command: AlterTableCmd): State {
  const { state } = scope;
  const { subtype, def } = command;
  // From here on, the partition's index belongs to the parent's index.
  if (subtype === "AT_AttachPartition" && def && "PartitionCmd" in def) {
    const child = labelOfRelation(scope, def.PartitionCmd.name);
    return { ...state, found: state.found.filter((index) => labelOf(index) !== child) };
  }
  const isMeant = (index: IndexDeclaration) => labelOf(index) === label;
  const found = state.found.map((index) => (isMeant(index) ? altered(index, command) : index));
  if (found.includes(undefined)) refuseIf(scope, isMeant);
  return { ...state, found: found.filter((index) => index !== undefined) };
}

/** The index as ALTER leaves it; undefined if that cannot be told. */
function altered(index: IndexDeclaration, command: AlterTableCmd): IndexDeclaration | undefined {
  const { subtype, name, def, num } = command;
  const { storageParameters = {}, tablespace: _, ...rest } = index;
  if (subtype === "AT_SetTableSpace") {
    return name === "pg_default" ? withoutTablespace(index) : { ...index, tablespace: name };
  }
  if (subtype === "AT_SetRelOptions") {
    return withParameters(index, { ...storageParameters, ...parametersOf(def) });
  }
  if (subtype === "AT_ResetRelOptions") {
    const names = Object.keys(parametersOf(def));
    const left = Object.entries(storageParameters).filter(([key]) => !names.includes(key));
    return withParameters(index, Object.fromEntries(left));
  }
  const target = def && "Integer" in def ? (def.Integer.ival ?? 0) : undefined;
  if (subtype !== "AT_SetStatistics" || num === undefined || target === undefined) return undefined;
  const columns = rest.columns.map((key, i) =>
    i + 1 === num && typeof key !== "string" ? { ...key, statistics: target } : key,
  );
  return { ...index, columns };
}

function withoutTablespace({ tablespace: _, ...rest }: IndexDeclaration): IndexDeclaration {
  return rest;
}

function withParameters(index: IndexDeclaration, parameters: Parameters): IndexDeclaration {
  const { storageParameters: _, ...rest } = index;
  return Object.keys(parameters).length > 0 ? { ...rest, storageParameters: parameters } : rest;
}

function parametersOf(def: Node | undefined): Parameters {
  const items = def && "List" in def ? (def.List.items ?? []) : [];
  return Object.fromEntries(
    items.flatMap((item) =>
      "DefElem" in item ? [[item.DefElem.defname ?? "", definitionValue(item.DefElem.arg)]] : [],
    ),
  );
}
