import type { LiveIndex } from "../catalog/liveIndex";

/** Below this size a ratio is meaningless: a small index has a few half-empty pages. */
const MEASURABLE_BYTES = 1024 * 1024;

/** Index bytes per table row; null until the table is analyzed. */
export function bytesPerRowOf({ sizeBytes, tableRows }: LiveIndex): number | null {
  return tableRows > 0 ? Math.round((sizeBytes / tableRows) * 100) / 100 : null;
}

/**
 * Ratio of the index's bytes per row to those right after its build. The index is compared with
 * itself because its ideal size is only a guess, and exact figures (pgstattuple) require reading
 * the whole index. Null if either figure is unknown or the index is small.
 *
 * @example bloatOf(live, 20) // 2.5: the index now takes 50 bytes per row
 */
export function bloatOf(live: LiveIndex, bytesPerRowAtBuild: number | null): number | null {
  const now = bytesPerRowOf(live);
  if (now === null || !bytesPerRowAtBuild || live.sizeBytes < MEASURABLE_BYTES) return null;
  return Math.round((now / bytesPerRowAtBuild) * 100) / 100;
}
