import { sqlState } from "../errors/sqlstate";
import { onlyRow } from "../session/query";
import type { Session } from "../session/session";

/** The time limit of one measuring transaction, and the indexes whose scans it counts. */
export interface Bounds {
  readonly timeoutMs: number;
  /** OIDs of the index and of its partitions' indexes; empty when there is no index yet. */
  readonly indexOids: readonly number[];
}

/** The result of a bounded transaction, and the index scans it caused. */
export type Bounded<T> =
  | { readonly kind: "done"; readonly value: T; readonly scans: number }
  | { readonly kind: "timedOut"; readonly scans: number };

/**
 * Runs `work` in a read-only transaction, counts the index's scans, and rolls back. Each statement
 * is limited by `statement_timeout`.
 *
 * It counts the session's own pending statistics, which are never flushed within a transaction.
 * They are more accurate than EXPLAIN's loops: `= ANY` scans once for each value, and the planner
 * itself scans an index to find a column's extremes. They do not include parallel workers.
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
      // A rollback does not reset the count.
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

/**
 * pg_cancel_backend raises 57014 too, and the message that distinguishes the two is localized, so
 * the elapsed time decides.
 */
function isTimeout(error: unknown, elapsedMs: number, { timeoutMs }: Bounds): boolean {
  return sqlState(error) === "57014" && elapsedMs >= timeoutMs * 0.9;
}
