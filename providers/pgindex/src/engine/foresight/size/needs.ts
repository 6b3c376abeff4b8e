import type { LiveTable } from "../../catalog/liveIndex";
import type { DesiredIndex } from "../../declare/desiredIndex";
import type { Facts } from "../../hazards/facts";
import type { Session } from "../../session/session";
import { estimateSize } from "./estimateSize";
import type { VectorNeeds } from "./vectorNeeds";

/** What a build needs; undefined where the table was never analyzed. */
export async function needsOf(
  session: Session,
  desired: DesiredIndex,
  table: LiveTable,
  vectors: VectorNeeds | undefined,
): Promise<Facts["needs"]> {
  const bytes = vectors?.index ?? (await estimateSize(session, desired, table));
  if (bytes === undefined) return undefined;
  return {
    indexBytes: bytes,
    sizeBasis: vectors ? "rows and dimensions" : "rows, and widths of columns from ANALYZE",
    // What is sorted is written to files, and merged from them.
    diskBytes: vectors ? bytes : 2 * bytes,
    walBytes: bytes,
  };
}
