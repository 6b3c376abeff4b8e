import type { DesiredIndex } from "../../declare/desiredIndex";
import { type Hazard, hazard } from "../../hazards/hazard";
import type { PrefixSearch } from "../../input/prefixSearches";
import { displayName } from "../../text/render";

export function likeCollation(
  desired: DesiredIndex,
  query: string,
  { column, name }: PrefixSearch & { readonly name: string },
): Hazard {
  return hazard("like-collation", {
    object: displayName(desired),
    message:
      `query "${query}" asks ${column} LIKE for texts that begin alike, and under collation ${name} ` +
      "a B-tree cannot find them",
    fix: `write { column: ${JSON.stringify(column)}, operatorClass: "text_pattern_ops" } in columns`,
  });
}

export function otherCollation(
  desired: DesiredIndex,
  query: string,
  { column, name }: { readonly column: string; readonly name: string },
): Hazard {
  return hazard("other-collation", {
    object: displayName(desired),
    message:
      `query "${query}" compares ${column} under the column's own collation, and the index has ` +
      `${name}: it cannot use the index for that`,
    fix: `leave collation out, or write ${column} COLLATE ${JSON.stringify(name)} in the query`,
  });
}
