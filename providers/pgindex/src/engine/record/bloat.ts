import type { LiveIndex } from "../catalog/liveIndex";

/** Below this size a ratio says nothing: a small index is a few half-empty pages. */
const MEASURABLE_BYTES = 1024 * 1024;

/** Bytes of the index for each row of its table; null while the table has not been analyzed. */
export function bytesPerRowOf({ sizeBytes, tableRows }: LiveIndex): number | null {
  return tableRows > 0 ? Math.round((sizeBytes / tableRows) * 100) / 100 : null;
}

/**
 * How many times more bytes a row the index has than right after its build. Compared with itself,
 * since what an index of a kind ought to take is only a guess, and exact figures (pgstattuple) read
 * the whole index.
 */
export function bloatOf(live: LiveIndex, bytesPerRowAtBuild: number | null): number | null {
  const now = bytesPerRowOf(live);
  if (now === null || !bytesPerRowAtBuild || live.sizeBytes < MEASURABLE_BYTES) return null;
  return Math.round((now / bytesPerRowAtBuild) * 100) / 100;
}
