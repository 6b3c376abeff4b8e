import { sqlState } from "../errors/sqlstate";
import { onlyRow } from "../session/query";
import type { Session } from "../session/session";

/**
 * Switches the server's counting of scans off for the session, its parallel workers and its planner
 * included, so that what we measure is not taken for traffic: a refresh also measures in its
 * preview, whose results Pulumi does not keep, and nobody could tell those scans apart later. True:
 * nothing that the session scans is counted.
 *
 * A superuser may; others need `GRANT SET ON PARAMETER track_counts` (15 and newer) or `ALTER ROLE
 * … SET track_counts = off`.
 */
export async function stopCounting(session: Session): Promise<boolean> {
  try {
    await session.query("SELECT pg_catalog.set_config('track_counts', 'off', false)");
    return true;
  } catch (error) {
    if (sqlState(error) !== "42501") throw error;
    const rows = await session.query<{ setting: string }>(
      "SELECT pg_catalog.current_setting('track_counts') AS setting",
    );
    return onlyRow(rows).setting === "off";
  }
}

const HOUR_MS = 3_600_000;
const UNSAVED_AN_HOUR = 4;

/**
 * How many measurements may have been made since the last one that was kept. Each refresh has one
 * in its preview; other previews with a refresh, of a colleague or of CI, are allowed for by the
 * hour.
 */
export function unsavedMeasurements(elapsedMs: number): number {
  return 1 + Math.floor((Math.max(0, elapsedMs) / HOUR_MS) * UNSAVED_AN_HOUR);
}
