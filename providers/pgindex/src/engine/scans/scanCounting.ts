import { sqlState } from "../errors/sqlstate";
import { onlyRow } from "../session/query";
import type { Session } from "../session/session";

/**
 * Turns off scan counting for the session, including its parallel workers and planner, to keep our
 * measurements out of the traffic count. A refresh also measures in its preview, Pulumi discards
 * those results, and nobody could identify those scans later. Returns true if none of the session's
 * scans are counted.
 *
 * A superuser can do this; other roles need `GRANT SET ON PARAMETER track_counts` (15 and newer) or
 * `ALTER ROLE … SET track_counts = off`.
 *
 * @see https://www.postgresql.org/docs/current/runtime-config-statistics.html
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
 * Estimates how many unsaved measurements were made since the last saved one. Each refresh makes
 * one in its preview; an hourly allowance covers other previews with a refresh, by colleagues or
 * CI.
 *
 * @example unsavedMeasurements(3_600_000) // 5
 */
export function unsavedMeasurements(elapsedMs: number): number {
  return 1 + Math.floor((Math.max(0, elapsedMs) / HOUR_MS) * UNSAVED_AN_HOUR);
}
