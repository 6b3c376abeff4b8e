import { nameInUrn } from "../../engine/declare/ownershipMark";
import type { Advice } from "../../engine/errors/advice";
import { type DatabaseIdentity, databaseLabel } from "../../engine/session/databaseIdentity";
import { displayName } from "../../engine/text/render";
import type { DeclaredPlace } from "./declaredIndexes";

/** Two resources of one program declare the same index. */
export function declaredTwiceAdvice(place: DeclaredPlace, otherUrn: string): Advice {
  return {
    what: `refused: index ${displayName(place)} is declared twice, here and by ${nameInUrn(otherUrn)}`,
    why: "each would change or drop what the other relies on",
    fix: "declare it once; let the other resource depend on it or read its outputs",
    otherwise:
      "if both are the same resource under a new name, remove the old one from the program",
  };
}

/** Two resources of one program declare indexes of one name, on two tables. */
export function nameDeclaredTwiceAdvice(
  { schema, name, table }: DeclaredPlace,
  other: { readonly urn: string; readonly table: string },
): Advice {
  const index = displayName({ schema, name });
  return {
    what:
      `refused: index ${index} on ${schema}.${table} has the name of another one, which ` +
      `${nameInUrn(other.urn)} declares on ${schema}.${other.table}`,
    why: "an index name is unique in its schema, so PostgreSQL would build one of the two",
    fix: "give one of them another name",
  };
}

/** Two Connections of one program lead to the same database. */
export function declaredElsewhereAdvice(
  place: DeclaredPlace,
  otherUrn: string,
  database: DatabaseIdentity,
): Advice {
  const first = nameInUrn(otherUrn);
  return {
    what:
      `refused: index ${displayName(place)} is declared twice, here and by ${first} through ` +
      "another Connection",
    why:
      `both Connections lead to the database ${databaseLabel(database)}; ` +
      "each would change or drop what the other relies on",
    fix: "declare it once; let the other resource depend on it or read its outputs",
    otherwise: "if they should lead to different databases, correct the URL of one",
  };
}

/** What a delete says of an index that this run declares again. */
export function keptForHeirText(place: DeclaredPlace, urn: string): string {
  return `kept index ${displayName(place)}: it is now declared as ${nameInUrn(urn)}`;
}
