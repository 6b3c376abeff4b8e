import { sqlState } from "../errors/sqlstate";
import { onlyRow } from "../session/query";
import type { Session } from "../session/session";

/** What a piece of a measurement may take, and whose scans are counted. */
export interface Bounds {
  readonly timeoutMs: number;
  /** The index and those of its partitions. Empty: there is no index yet. */
  readonly indexOids: readonly number[];
}

/** What came of it. */
export type Bounded<T> =
  | { readonly kind: "done"; readonly value: T; readonly scans: number }
  | { readonly kind: "timedOut"; readonly scans: number };

/**
 * Runs `work` in a read-only transaction that is rolled back, each statement bounded by
 * `statement_timeout`, and counts the index's scans.
 *
 * The count is the session's own, not yet reported one, which no report can interrupt within a
 * transaction. It is better than the loops that EXPLAIN shows: `= ANY` scans once for each value,
 * and the planner itself scans an index to learn a column's extremes. It does not know of parallel
 * workers.
 */
export async function runBounded<T>(
  session: Session,
  bounds: Bounds,
  work: () => Promise<T>,
): Promise<Bounded<T>> {
  await session.query("BEGIN READ ONLY");
  try {
    const before = await begin(session, bounds);
    const started = performance.now();
    try {
      const value = await work();
      return { kind: "done", value, scans: (await countScans(session, bounds)) - before };
    } catch (error) {
      if (!isTimeout(error, performance.now() - started, bounds)) throw error;
      // The count stands, whatever is rolled back.
      await session.query("ROLLBACK TO SAVEPOINT pgindex");
      return { kind: "timedOut", scans: (await countScans(session, bounds)) - before };
    }
  } finally {
    await session.query("ROLLBACK").catch(() => undefined);
  }
}

async function begin(session: Session, bounds: Bounds): Promise<number> {
  await session.query("SELECT pg_catalog.set_config('statement_timeout', $1, true)", [
    String(bounds.timeoutMs),
  ]);
  const scans = await countScans(session, bounds);
  await session.query("SAVEPOINT pgindex");
  return scans;
}

async function countScans(session: Session, { indexOids }: Bounds): Promise<number> {
  const rows = await session.query<{ scans: number }>(
    `SELECT coalesce(pg_catalog.sum(pg_catalog.pg_stat_get_xact_numscans(oid)), 0)::float8 AS scans
       FROM pg_catalog.unnest($1::oid[]) AS oid`,
    [indexOids],
  );
  return onlyRow(rows).scans;
}

/** 57014 is also what pg_cancel_backend gives; the text that tells them apart is translated. */
function isTimeout(error: unknown, elapsedMs: number, { timeoutMs }: Bounds): boolean {
  return sqlState(error) === "57014" && elapsedMs >= timeoutMs * 0.9;
}
