import { nameInUrn } from "../../engine/declare/ownershipMark";
import type { Advice } from "../../engine/errors/advice";
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

/** What a delete says of an index that this run declares again. */
export function keptForHeirText(place: DeclaredPlace, urn: string): string {
  return `kept index ${displayName(place)}: it is now declared as ${nameInUrn(urn)}`;
}
