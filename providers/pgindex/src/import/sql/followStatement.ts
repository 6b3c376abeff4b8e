import type {
  AlterTableCmd,
  AlterTableStmt,
  CommentStmt,
  Constraint,
  DropStmt,
  Node,
  RangeVar,
  RenameStmt,
  VariableSetStmt,
} from "libpg-query";
import { splitComment } from "../../engine/declare/ownershipMark";
import { PgIndexError } from "../../engine/errors/advice";
import { DEFAULT_SCHEMA, type IndexDeclaration, labelOf, schemaOf } from "../declaration";
import { nameParts } from "../parser/parseTree";
import { placeOf, type Script, type State, type Statement } from "./scriptState";
import { unfollowedAdvice } from "./sqlMessages";

/** The effect of a statement other than CREATE INDEX on the declarations above it. */
export function followStatement(state: State, statement: Statement): State {
  const { node } = statement;
  if ("CreateStmt" in node) return addTemporary(state, node.CreateStmt.relation);
  if ("CreateTableAsStmt" in node) return addTemporary(state, node.CreateTableAsStmt.into?.rel);
  if ("VariableSetStmt" in node) return setVariable(state, node.VariableSetStmt);
  const scope = { state, statement };
  const found = changed(scope, node);
  return found ? { ...state, found } : state;
}

function changed(scope: Scope, node: Node): readonly IndexDeclaration[] | undefined {
  if ("DropStmt" in node) return drop(scope, node.DropStmt);
  if ("RenameStmt" in node) return rename(scope, node.RenameStmt);
  if ("CommentStmt" in node) return comment(scope, node.CommentStmt);
  if ("AlterTableStmt" in node) return alter(scope, node.AlterTableStmt);
  if ("AlterObjectSchemaStmt" in node) {
    const table = labelOfRelation(scope, node.AlterObjectSchemaStmt.relation);
    return refuseIf(scope, (index) => tableOf(index) === table);
  }
  return undefined;
}

interface Scope {
  readonly state: State;
  readonly statement: Statement;
}

/** The schema of an unqualified name; undefined if only a server could tell. */
export function defaultSchema({ searchPath }: State, { schema }: Script): string | undefined {
  if (schema !== undefined) return schema;
  if (searchPath === undefined) return DEFAULT_SCHEMA;
  return searchPath.length === 1 ? searchPath[0] : undefined;
}

export function isTemporary(state: State, relation: RangeVar | undefined): boolean {
  if (relation?.schemaname !== undefined) return relation.schemaname === "pg_temp";
  return state.temporary.includes(relation?.relname ?? "");
}

function addTemporary(state: State, relation: RangeVar | undefined): State {
  if (relation?.relpersistence !== "t") return state;
  return { ...state, temporary: [...state.temporary, relation.relname ?? ""] };
}

function setVariable(state: State, { name, kind, args = [] }: VariableSetStmt): State {
  if (name !== "search_path") return state;
  if (kind !== "VAR_SET_VALUE") return { ...state, searchPath: undefined };
  const searchPath = args
    .map((arg) => ("A_Const" in arg ? (arg.A_Const.sval?.sval ?? "") : ""))
    .filter((schema) => !IMPLICIT.has(schema));
  return { ...state, searchPath };
}

/** User tables are never in these, or only by accident. */
const IMPLICIT: ReadonlySet<string> = new Set(["", "pg_catalog", "pg_temp", "$user"]);

function drop({ state, statement }: Scope, { removeType, objects = [] }: DropStmt) {
  const labels = objects.map((object) => {
    const [name = "", schema = defaultSchema(state, statement.script)] =
      nameParts(object).reverse();
    return labelOf({ schema, name });
  });
  const labelBy = removeType === "OBJECT_INDEX" ? labelOf : tableOf;
  return state.found.filter((index) => !labels.includes(labelBy(index)));
}

function rename(scope: Scope, { renameType, relation, subname, newname = "" }: RenameStmt) {
  const label = labelOfRelation(scope, relation);
  const { found } = scope.state;
  if (renameType === "OBJECT_COLUMN") {
    return refuseIf(scope, (index) => tableOf(index) === label && mentions(index, subname));
  }
  if (found.some((index) => labelOf(index) === label)) {
    return found.map((index) => (labelOf(index) === label ? { ...index, name: newname } : index));
  }
  return renameType === "OBJECT_TABLE" || renameType === "OBJECT_MATVIEW"
    ? refuseIf(scope, (index) => tableOf(index) === label)
    : found;
}

function comment({ state, statement }: Scope, { objtype, object, comment }: CommentStmt) {
  if (objtype !== "OBJECT_INDEX") return undefined;
  const [name = "", schema = defaultSchema(state, statement.script)] = nameParts(object).reverse();
  const label = labelOf({ schema, name });
  return state.found.map((index) => {
    if (labelOf(index) !== label) return index;
    const { comment: _, ...rest } = index;
    const { comment: own } = splitComment(comment ?? null);
    return own === null ? rest : { ...rest, comment: own };
  });
}

function alter(scope: Scope, { relation, cmds = [] }: AlterTableStmt) {
  const label = labelOfRelation(scope, relation);
  const commands = cmds.flatMap((cmd) => ("AlterTableCmd" in cmd ? [cmd.AlterTableCmd] : []));
  return commands.reduce((found, command) => {
    const inner = { ...scope, state: { ...scope.state, found } };
    return alterOnce(inner, label, command);
  }, scope.state.found);
}

function alterOnce(scope: Scope, label: string, { subtype, name, def }: AlterTableCmd) {
  const { found } = scope.state;
  // From here on, the partition's index belongs to the parent's index.
  if (subtype === "AT_AttachPartition" && def && "PartitionCmd" in def) {
    const child = labelOfRelation(scope, def.PartitionCmd.name);
    return found.filter((index) => labelOf(index) !== child);
  }
  if (subtype === "AT_AddConstraint" && def && "Constraint" in def) {
    return addConstraint(scope, label, def.Constraint);
  }
  if (subtype === "AT_DropColumn") {
    return refuseIf(scope, (index) => tableOf(index) === label && mentions(index, name));
  }
  return refuseIf(scope, (index) => labelOf(index) === label);
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

/** Rejects a statement that changes one of the declarations; otherwise returns them unchanged. */
function refuseIf({ state, statement }: Scope, isChanged: (index: IndexDeclaration) => boolean) {
  const hit = state.found.find(isChanged);
  if (!hit) return state.found;
  const words = statement.tokens.slice(0, 2).map((token) => token.text.toUpperCase());
  throw new PgIndexError(unfollowedAdvice(placeOf(statement), words.join(" "), labelOf(hit)));
}

function labelOfRelation({ state, statement }: Scope, relation: RangeVar | undefined): string {
  const { schemaname: schema = defaultSchema(state, statement.script), relname: name = "" } =
    relation ?? {};
  return labelOf({ schema, name });
}

function tableOf(index: IndexDeclaration): string {
  return labelOf({ schema: schemaOf(index), name: index.table });
}

/** Whether a declaration uses a column. A text that merely contains its name counts too. */
function mentions({ columns, include = [], predicate = "" }: IndexDeclaration, name = ""): boolean {
  const parts = columns.map((key) => (typeof key === "string" ? { column: key } : key));
  const isKey = parts.some(
    ({ column, expression }) => column === name || expression?.includes(name),
  );
  return isKey || include.includes(name) || predicate.includes(name);
}
