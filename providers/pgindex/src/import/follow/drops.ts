import type { DropStmt } from "libpg-query";
import { type IndexDeclaration, labelOf, schemaOf } from "../declaration";
import { nameParts, stringsOf } from "../parser/parseTree";
import type { State } from "../sql/scriptState";
import { dropColumn } from "./alterTable";
import { withPartitions } from "./partitions";
import { callsFunction } from "./references";
import { labelFor, mentions, refuseIf, type Scope, tableOf } from "./scope";

/** What is there after a DROP. */
export function drop(scope: Scope, node: DropStmt): State {
  const { removeType = "", objects = [] } = node;
  const { state } = scope;
  const isCascade = node.behavior === "DROP_CASCADE";
  const names = objects.map((object) =>
    "ObjectWithArgs" in object ? stringsOf(object.ObjectWithArgs.objname) : partsOf(object),
  );
  const labels = names.map((parts) => labelFor(scope, parts));
  if (removeType === "OBJECT_INDEX") {
    return { ...state, found: state.found.filter((index) => !labels.includes(labelOf(index))) };
  }
  if (removeType === "OBJECT_SCHEMA") return dropSchemas(scope, names.flat(), isCascade);
  const last = names.map((parts) => parts.at(-1) ?? "");
  if (isCascade) requireKept(scope, removeType, last);
  if (removeType === "OBJECT_TYPE" || removeType === "OBJECT_DOMAIN") {
    return isCascade ? dropColumnsOf(scope, last) : state;
  }
  if (!RELATIONS.has(removeType)) return state;
  // Partitions go with their parent.
  const gone = withPartitions(state, labels);
  return without(state, isCascade ? withReaders(scope, gone) : gone);
}

function without(state: State, gone: ReadonlySet<string>): State {
  const tables = new Map([...state.tables].filter(([label]) => !gone.has(label)));
  return { ...state, tables, found: state.found.filter((index) => !gone.has(tableOf(index))) };
}

/** The columns of a type go with it. */
function dropColumnsOf(scope: Scope, types: readonly string[]): State {
  const columns = [...scope.state.tables].flatMap(([label, table]) =>
    [...(table.columns ?? [])].flatMap(([column, type]) =>
      types.includes(type) ? [[label, column] as const] : [],
    ),
  );
  return columns.reduce(
    (state, [label, column]) => dropColumn({ ...scope, state }, label, column),
    scope.state,
  );
}

/** Tables and views, and every view that reads one of them. */
function withReaders(scope: Scope, dropped: ReadonlySet<string>): ReadonlySet<string> {
  const { tables } = scope.state;
  const gone = new Set(dropped);
  // Grows while it is walked.
  for (const label of gone) {
    for (const [reader, { reads = [] }] of tables) if (reads.includes(label)) gone.add(reader);
  }
  refuseIf(scope, (index) => !gone.has(tableOf(index)) && readsUnknown(tables, tableOf(index)));
  return gone;
}

/** Whether a view reads what is not in the files, which may be a view of what is dropped. */
function readsUnknown(tables: State["tables"], label: string): boolean {
  const reads = tables.get(label)?.reads ?? [];
  return reads.some((each) => !tables.has(each) || readsUnknown(tables, each));
}

const RELATIONS: ReadonlySet<string> = new Set([
  "OBJECT_TABLE",
  "OBJECT_VIEW",
  "OBJECT_MATVIEW",
  "OBJECT_FOREIGN_TABLE",
]);

function partsOf(object: Parameters<typeof nameParts>[0]): string[] {
  if (object && "TypeName" in object) return stringsOf(object.TypeName.names);
  return nameParts(object);
}

/** Without CASCADE it fails where something is left in the schema. */
function dropSchemas(scope: Scope, schemas: readonly string[], isCascade: boolean): State {
  const { state } = scope;
  const isInside = (index: IndexDeclaration) => schemas.includes(schemaOf(index));
  if (!isCascade) refuseIf(scope, isInside);
  const isGone = (label: string) => schemas.some((schema) => label.startsWith(`${schema}.`));
  const tables = new Map([...state.tables].filter(([label]) => !isGone(label)));
  return { ...state, tables, found: state.found.filter((index) => !isInside(index)) };
}

/** Kinds that an index can depend on, by its expressions, operator classes or its access method. */
const USED_BY_INDEXES: ReadonlySet<string> = new Set([
  ..."FUNCTION PROCEDURE ROUTINE AGGREGATE OPERATOR OPCLASS OPFAMILY COLLATION ACCESS_METHOD"
    .split(" ")
    .map((kind) => `OBJECT_${kind}`),
  "OBJECT_TSCONFIGURATION",
  "OBJECT_TSDICTIONARY",
]);

const FUNCTIONS = /^OBJECT_(FUNCTION|PROCEDURE|ROUTINE|AGGREGATE)$/;

/** Refuses a DROP … CASCADE that may take an index along. */
function requireKept(scope: Scope, kind: string, names: readonly string[]): void {
  const { tables } = scope.state;
  const isUsed = (index: IndexDeclaration) => names.some((name) => uses(index, name));
  refuseIf(scope, (index) => {
    const columns = tables.get(tableOf(index))?.columns;
    if (kind === "OBJECT_EXTENSION") return isExtended(index);
    if (kind === "OBJECT_TYPE" || kind === "OBJECT_DOMAIN") return !columns || isUsed(index);
    // A column comes before a function that is called like one.
    const isColumn = names.every((name) => columns?.has(name) && !callsFunction(index, name));
    return USED_BY_INDEXES.has(kind) && isUsed(index) && !(FUNCTIONS.test(kind) && isColumn);
  });
}

function uses(index: IndexDeclaration, name: string): boolean {
  const parts = index.columns.flatMap((key) => (typeof key === "string" ? [] : [key]));
  const named = parts.flatMap(({ operatorClass, collation }) => [operatorClass, collation]);
  return (
    mentions(index, name) ||
    index.accessMethod === name ||
    named.some(
      (each) => each !== undefined && (typeof each === "string" ? each : each.name) === name,
    )
  );
}

const BUILT_IN: ReadonlySet<string> = new Set(["btree", "hash", "gin", "gist", "spgist", "brin"]);

/** Whether an extension may have an index's operator class, access method or functions. */
function isExtended({ columns, accessMethod = "btree", predicate }: IndexDeclaration): boolean {
  const isKeyExtended = columns.some(
    (key) =>
      typeof key !== "string" && (key.operatorClass !== undefined || key.expression !== undefined),
  );
  return isKeyExtended || predicate !== undefined || !BUILT_IN.has(accessMethod);
}
