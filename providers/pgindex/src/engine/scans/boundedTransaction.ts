import { sqlState } from "../errors/sqlstate";
import { onlyRow } from "../session/query";
import type { Session } from "../session/session";
import { chargeScans, pendingScans, type ScansByTable } from "./scanLedger";

/** The time limit of one measuring transaction, and the indexes whose scans it counts. */
export interface Bounds {
  readonly timeoutMs: number;
  /** OIDs of the index and of its partitions' indexes; empty when there is no index yet. */
  readonly indexOids: readonly number[];
  /** The server counts the session's scans, so that they must be told apart from traffic. */
  readonly isCounted: boolean;
}

/** The result of a bounded transaction, and the index scans it caused. */
export type Bounded<T> = (
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "timedOut" }
) & {
  readonly scans: number;
  /** False if the ledger could not be written. */
  readonly isCharged: boolean;
};

/**
 * Runs `work` in a read-only transaction, counts the index's scans, and rolls back. Each statement
 * is limited by `statement_timeout`.
 *
 * It counts the session's own pending statistics, which are never flushed within a transaction.
 * They are more accurate than EXPLAIN's loops: `= ANY` scans once for each value, and the planner
 * itself scans an index to find a column's extremes. They do not include parallel workers.
 */
export function runBounded<T>(
  session: Session,
  bounds: Bounds,
  work: () => Promise<T>,
): Promise<Bounded<T>> {
  return session.alone(() => inTransaction(session, bounds, work));
}

async function inTransaction<T>(
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
      return { kind: "done", value, ...(await account(session, bounds, before)) };
    } catch (error) {
      // A rollback does not reset the count. A session that is gone has none.
      const counted = await accountAfterError(session, bounds, before);
      if (!counted) throw error;
      if (!isTimeout(error, performance.now() - started, bounds)) throw error;
      return { kind: "timedOut", ...counted };
    }
  } finally {
    await session.query("ROLLBACK").catch(() => undefined);
  }
}

interface Before {
  readonly scans: number;
  readonly byTable: ScansByTable;
}

async function begin(session: Session, bounds: Bounds): Promise<Before> {
  await session.query("SELECT pg_catalog.set_config('statement_timeout', $1, true)", [
    String(bounds.timeoutMs),
  ]);
  const before = await countScans(session, bounds);
  await session.query("SAVEPOINT pgindex");
  return before;
}

async function countScans(session: Session, { indexOids, isCounted }: Bounds): Promise<Before> {
  const scans = indexOids.length === 0 ? 0 : await scansOf(session, indexOids);
  const byTable = isCounted ? await pendingScans(session) : new Map();
  return { scans, byTable };
}

async function scansOf(session: Session, indexOids: readonly number[]): Promise<number> {
  const rows = await session.query<{ scans: number }>(
    `SELECT coalesce(pg_catalog.sum(pg_catalog.pg_stat_get_xact_numscans(oid)), 0)::float8 AS scans
       FROM pg_catalog.unnest($1::oid[]) AS oid`,
    [indexOids],
  );
  return onlyRow(rows).scans;
}

async function account(
  session: Session,
  bounds: Bounds,
  before: Before,
): Promise<{ readonly scans: number; readonly isCharged: boolean }> {
  const now = await countScans(session, bounds);
  const scans = now.scans - before.scans;
  if (!bounds.isCounted) return { scans, isCharged: true };
  const made = [...now.byTable]
    .map(([table, count]) => [table, count - (before.byTable.get(table) ?? 0)] as const)
    .filter(([, count]) => count > 0);
  return { scans, isCharged: await chargeOrNot(session, new Map(made)) };
}

async function accountAfterError(
  session: Session,
  bounds: Bounds,
  before: Before,
): Promise<Awaited<ReturnType<typeof account>> | undefined> {
  try {
    await session.query("ROLLBACK TO SAVEPOINT pgindex");
    return await account(session, bounds, before);
  } catch {
    return undefined;
  }
}

/** A server whose administrator has revoked the catalogs from PUBLIC has no ledger. */
export async function chargeOrNot(session: Session, scans: ScansByTable): Promise<boolean> {
  try {
    return await chargeScans(session, scans);
  } catch (error) {
    if (sqlState(error) !== "42501") throw error;
    await session.query("ROLLBACK TO SAVEPOINT pgindex");
    return false;
  }
}

/**
 * pg_cancel_backend raises 57014 too, and the message that distinguishes the two is localized, so
 * the elapsed time decides.
 */
function isTimeout(error: unknown, elapsedMs: number, { timeoutMs }: Bounds): boolean {
  return sqlState(error) === "57014" && elapsedMs >= timeoutMs * 0.9;
}
