import type { LiveTable } from "../../catalog/liveIndex";
import { readColumns } from "../../catalog/tables";
import type { IndexDefinition } from "../../declare/desiredIndex";
import type { Session } from "../../session/session";

/** An index entry's header and line pointer, and the free space of pages. */
const OVERHEAD_BYTES = 16;
const PER_PAGE = 1.1;

/** The assumed width of a key without statistics, such as an expression. */
const UNKNOWN_WIDTH = 16;

/**
 * Estimates the index size in bytes from the column widths that ANALYZE found; undefined if the
 * table was never analyzed. Overestimates partial indexes, and equal keys, which a btree stores
 * once.
 */
export async function estimateSize(
  session: Session,
  desired: IndexDefinition,
  table: LiveTable,
): Promise<number | undefined> {
  if (table.rows < 0) return undefined;
  const known = new Map((await readColumns(session, desired)).map((each) => [each.name, each]));
  const columns = [...desired.keys.map(({ column }) => column ?? ""), ...desired.include];
  const widths = columns.map((name) => known.get(name)?.width ?? UNKNOWN_WIDTH);
  const entry = widths.reduce((sum, width) => sum + width, OVERHEAD_BYTES);
  return Math.round(table.rows * entry * PER_PAGE);
}
