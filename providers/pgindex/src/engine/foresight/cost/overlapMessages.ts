import type { LiveIndex } from "../../catalog/liveIndex";
import type { Overlap } from "../../compare/overlap/overlap";
import { type Hazard, hazard } from "../../hazards/hazard";
import type { HazardCode } from "../../hazards/hazardKinds";
import { displayName, renderBytes } from "../../text/render";

const TWICE = "every write would maintain both";

const CODES = {
  same: "same-index",
  covering: "covered-index",
  redundant: "redundant-index",
} as const satisfies Record<Overlap, HazardCode>;

export const OVERLAP_CODES = Object.values(CODES);

/** What a reviewer has to know of an index that does what the new one does. */
export function overlapHazard(overlap: Overlap, live: LiveIndex): Hazard {
  const index = `${displayName(live)} (${renderBytes(live.sizeBytes)})`;
  const end = live.constraint === undefined ? "" : `, which backs constraint ${live.constraint}`;
  const said = (does: string, fix: string) =>
    hazard(CODES[overlap], {
      object: displayName(live),
      message: `${index} ${does}, and ${TWICE}`,
      fix,
    });
  switch (overlap) {
    case "same":
      return said(
        `is the same index under another name${end}`,
        "declare that one by its name, or drop it",
      );
    case "covering":
      return said(
        `serves the same queries already${end}`,
        "build this one only if it is to replace that, or to be much smaller",
      );
    case "redundant":
      return said(
        "serves no query that this one would not",
        "drop it once nothing scans it any more (pg_stat_user_indexes)",
      );
  }
}

const OF_DECLARED = {
  same: "is the same index under another name",
  covering: "serves every query that this one does",
  redundant: "serves no query that this one does not",
} as const satisfies Record<Overlap, string>;

/** The same of an index that the program is about to build as well. */
export function declaredOverlapHazard(
  overlap: Overlap,
  other: Pick<LiveIndex, "schema" | "name">,
): Hazard {
  return hazard(CODES[overlap], {
    object: displayName(other),
    message: `${displayName(other)}, which this program builds too, ${OF_DECLARED[overlap]}, and ${TWICE}`,
    fix: "declare one of them",
  });
}
