import type { DropStmt } from "libpg-query";
import { type IndexDeclaration, labelOf, schemaOf } from "../declaration";
import { nameParts, stringsOf } from "../parser/parseTree";
import { withPartitions } from "./partitions";
import { labelFor, mentions, refuseIf, type Scope, tableOf } from "./scope";

type Indexes = readonly IndexDeclaration[];

/** What DROP leaves of the declarations. */
export function drop(scope: Scope, node: DropStmt): Indexes {
  const { removeType, objects = [] } = node;
  const { state } = scope;
  const isCascade = node.behavior === "DROP_CASCADE";
  const names = objects.map((object) =>
    "ObjectWithArgs" in object ? stringsOf(object.ObjectWithArgs.objname) : partsOf(object),
  );
  const labels = names.map((parts) => labelFor(scope, parts));
  if (removeType === "OBJECT_INDEX") {
    return state.found.filter((index) => !labels.includes(labelOf(index)));
  }
  if (removeType === "OBJECT_SCHEMA") return dropSchemas(scope, names.flat(), isCascade);
  if (isCascade) requireKept(scope, removeType ?? "", names);
  if (!RELATIONS.has(removeType ?? "")) return state.found;
  // Partitions go with their parent.
  const gone = withPartitions(state, labels);
  return state.found.filter((index) => !gone.has(tableOf(index)));
}

const RELATIONS: ReadonlySet<string> = new Set([
  "OBJECT_TABLE",
  "OBJECT_MATVIEW",
  "OBJECT_FOREIGN_TABLE",
]);

function partsOf(object: Parameters<typeof nameParts>[0]): string[] {
  if (object && "TypeName" in object) return stringsOf(object.TypeName.names);
  return nameParts(object);
}

/** Without CASCADE it fails where something is left in the schema. */
function dropSchemas(scope: Scope, schemas: readonly string[], isCascade: boolean): Indexes {
  const isInside = (index: IndexDeclaration) => schemas.includes(schemaOf(index));
  return isCascade
    ? scope.state.found.filter((index) => !isInside(index))
    : refuseIf(scope, isInside);
}

/** Kinds that an index can depend on, by its expressions, operator classes or its access method. */
const USED_BY_INDEXES: ReadonlySet<string> = new Set([
  ..."FUNCTION PROCEDURE ROUTINE AGGREGATE OPERATOR OPCLASS OPFAMILY COLLATION ACCESS_METHOD"
    .split(" ")
    .map((kind) => `OBJECT_${kind}`),
  "OBJECT_TSCONFIGURATION",
  "OBJECT_TSDICTIONARY",
]);

/** Refuses a DROP … CASCADE that may take an index along. */
function requireKept(scope: Scope, kind: string, names: readonly (readonly string[])[]): void {
  const { tables } = scope.state;
  const last = names.map((parts) => parts.at(-1) ?? "");
  const isUsed = (index: IndexDeclaration) => last.some((name) => uses(index, name));
  refuseIf(scope, (index) => {
    const table = tables.get(tableOf(index));
    if (kind === "OBJECT_EXTENSION") return isExtended(index);
    // A column of the type goes with it, and the column's indexes with that.
    if (kind === "OBJECT_TYPE" || kind === "OBJECT_DOMAIN")
      return isUsed(index) || !table || last.some((name) => table.types.includes(name));
    if (USED_BY_INDEXES.has(kind)) return isUsed(index);
    return (RELATIONS.has(kind) || kind === "OBJECT_VIEW") && table?.isMatview === true;
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
