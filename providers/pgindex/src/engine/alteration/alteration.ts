import { oldTransactionsOn } from "../catalog/sessions/otherSessions";
import { sqlState } from "../errors/sqlstate";
import { pause } from "../operation/context";
import type { Operation } from "../operation/operation";
import { Wait } from "../operation/wait";
import { runWatched } from "../watch/watchedStatement";
import { pushAutovacuum } from "./autovacuumPush";
import { changedError, type ExpectedIndex, requireExpected } from "./expectedIndex";
import { StallMeter } from "./stallMeter";
import { holdersOf, type InTheWay, relationsOf, type StoppingLock } from "./stoppingLock";

/** How long a change that stops nobody waits for its lock before it gives way and retries. */
const LOCK_TIMEOUT_MS = 1_000;

/** Who holds a lock at two looks this far apart is not about to let go of it. */
const LOOK_AGAIN_MS = 100;

/** Short statements that belong together. */
export interface Alteration {
  readonly sqls: readonly string[];
  /** What the statements do, as a verb phrase: "alter public.users_email_idx". */
  readonly what: string;
  /** The table whose open transactions can block the statements. */
  readonly tableOid: number;
  /** What must be so once they have run; otherwise they are rolled back. */
  readonly expects?: readonly ExpectedIndex[];
  /** The lock that reads or writes would wait for; undefined when they never do. */
  readonly stops?: StoppingLock;
  /** Runs before every try; throws when the statements must not run. */
  readonly guard?: () => Promise<void>;
}

/**
 * Runs short statements in one transaction with a short lock timeout. Retries until it gets its
 * locks. Asks for a lock that stops reads or writes only once nobody is in its way who stays there,
 * because everybody who comes later waits behind the request.
 */
export async function runAlteration(alteration: Alteration, operation: Operation): Promise<void> {
  const wait = new Wait(operation.ctx, `waiting to ${alteration.what}`);
  for (;;) {
    await alteration.guard?.();
    const others = await whoStays(alteration, operation);
    if (others.length > 0) {
      await wait.on(others);
      continue;
    }
    if (await tryAlter(alteration, operation)) return wait.over();
    await wait.afterTry(await oldTransactionsOn(operation.observer, alteration.tableOid, 0));
  }
}

/**
 * Who is in the way of a lock that stops others, and stays. Looks twice, which tells a long
 * transaction from many short ones whatever our role may see.
 */
export async function whoStays(
  { stops, tableOid }: Pick<Alteration, "stops" | "tableOid">,
  operation: Operation,
): Promise<readonly InTheWay[]> {
  if (!stops) return [];
  const { observer, builder, ctx } = operation;
  const relations = await relationsOf(observer, stops, tableOid);
  const look = () => holdersOf(observer, stops, relations, [observer.pid, builder.pid]);
  const first = await look();
  if (first.length === 0) return [];
  await pause(LOOK_AGAIN_MS, ctx);
  const before = new Set(first.map(({ virtualTransaction }) => virtualTransaction));
  const staying = (await look()).filter((other) => before.has(other.virtualTransaction));
  return pushAutovacuum(staying, operation);
}

async function tryAlter(alteration: Alteration, operation: Operation): Promise<boolean> {
  const { builder, observer, ctx } = operation;
  const { stops, tableOid } = alteration;
  if (!stops) return runInTransaction(alteration, operation, LOCK_TIMEOUT_MS);
  const over = ctx.patience?.overStall([]);
  if (over) throw over;
  const limits = ctx.patience?.stallLimits() ?? { lockTimeoutMs: 50, tryMs: 100 };
  const relations = await relationsOf(observer, stops, tableOid);
  const meter = new StallMeter(observer, builder, relations, limits.tryMs);
  try {
    return await runInTransaction(alteration, operation, limits.lockTimeoutMs);
  } catch (error) {
    if (meter.hasCancelled && sqlState(error) === "57014") return false;
    throw error;
  } finally {
    ctx.patience?.stalled(await meter.end());
  }
}

/** False if it did not get its locks in time. */
async function runInTransaction(
  { sqls, what: verb, stops, expects = [] }: Alteration,
  operation: Operation,
  lockTimeoutMs: number,
): Promise<boolean> {
  const { builder } = operation;
  await builder.query("BEGIN");
  try {
    await builder.query("SELECT pg_catalog.set_config('lock_timeout', $1, true)", [
      String(lockTimeoutMs),
    ]);
    // A COMMIT keeps its locks while it waits for a synchronous standby, which may be away.
    if (stops) await builder.query(committingLocally("transaction"));
    for (const sql of sqls) await runWatched(sql, { ...operation, verb, isQuiet: true });
    await requireExpected(builder, verb, expects);
    await builder.query("COMMIT");
    return true;
  } catch (error) {
    // When the connection is lost, the first error says more than the ROLLBACK's.
    await builder.query("ROLLBACK").catch(() => undefined);
    if (sqlState(error) === "55P03") return false;
    // Nothing has the name any more.
    const isGone = sqlState(error) === "42P01" || sqlState(error) === "42704";
    throw isGone && expects.length > 0 ? changedError(verb) : error;
  }
}

/** The statement by which no COMMIT of the transaction, or of the session, waits for a standby. */
export function committingLocally(scope: "transaction" | "session"): string {
  return `SELECT pg_catalog.set_config('synchronous_commit', 'local', ${scope === "transaction"})
           WHERE pg_catalog.current_setting('synchronous_commit') NOT IN ('off', 'local')`;
}
