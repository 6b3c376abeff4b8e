import type { LiveIndex } from "../../catalog/liveIndex";
import { renderBytes } from "../../text/render";

/**
 * How an index that stands is related to one that is to be built: the same under another name, one
 * that serves all its queries, or one that it leaves without a query of its own.
 */
export type Overlap = "same" | "covering" | "redundant";

const TWICE = "every write would maintain both";

/** What a reviewer has to know of an index that does what the new one does. */
export function overlapText(
  overlap: Overlap,
  { schema, name, sizeBytes, constraint }: LiveIndex,
): string {
  const index = `${schema}.${name} (${renderBytes(sizeBytes)})`;
  const end = constraint === undefined ? "" : `, which backs constraint ${constraint}`;
  switch (overlap) {
    case "same":
      return (
        `overlap: ${index} is the same index under another name${end}, and ${TWICE}; ` +
        "declare that one by its name, or drop it"
      );
    case "covering":
      return (
        `overlap: ${index} serves the same queries already${end}, and ${TWICE}; ` +
        "build this one only if it is to replace that, or to be much smaller"
      );
    case "redundant":
      return (
        `overlap: ${index} serves no query that this one would not, and ${TWICE}; ` +
        "drop it once nothing scans it any more (pg_stat_user_indexes)"
      );
  }
}

const OF_DECLARED = {
  same: "is the same index under another name",
  covering: "serves every query that this one does",
  redundant: "serves no query that this one does not",
} as const satisfies Record<Overlap, string>;

/** The same of an index that the program is about to build as well. */
export function declaredOverlapText(
  overlap: Overlap,
  { schema, name }: Pick<LiveIndex, "schema" | "name">,
): string {
  return (
    `overlap: ${schema}.${name}, which this program builds too, ${OF_DECLARED[overlap]}, ` +
    `and ${TWICE}; declare one of them`
  );
}
