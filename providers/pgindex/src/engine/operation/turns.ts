import pLimit, { type LimitFunction } from "p-limit";
import type { Database } from "../session/database";
import { assertMayGoOn, type Context } from "./context";

/** The queues of one database: one build per table at a time, and limits on all of a kind. */
interface Turns {
  readonly tables: Map<string, LimitFunction>;
  readonly builds: LimitFunction;
  /** Runs of EXPLAIN ANALYZE, before builds and in verifications. */
  readonly measurements: LimitFunction;
  /** Whoever waits here holds no connection. */
  readonly verifications: LimitFunction;
}

type QueueTarget = Pick<Database, "target" | "maxConcurrentBuilds" | "maxConcurrentMeasurements">;

/**
 * Shared by the whole process: Pulumi makes up to four calls per CPU in parallel, for every
 * Connection of a program.
 */
const databases = new Map<string, Turns>();

/**
 * Runs `work` once nothing else in this process works on the table and a build slot of the database
 * is free.
 */
export async function inTurn<T>(
  database: QueueTarget,
  table: string,
  ctx: Context,
  work: () => Promise<T>,
): Promise<T> {
  const { tables, builds: buildTurn } = turnsAt(database);
  const tableTurn = tables.get(table) ?? pLimit(1);
  tables.set(table, tableTurn);
  if (tableTurn.activeCount > 0) ctx.status(`queued: another index of ${table} is being worked on`);
  return tableTurn(() => bounded(buildTurn, "builds", ctx, work));
}

/** Runs `work` once a slot of the database for measuring queries is free. */
export function inTurnToMeasure<T>(
  database: QueueTarget,
  ctx: Context,
  work: () => Promise<T>,
): Promise<T> {
  return bounded(turnsAt(database).measurements, "measurements", ctx, work);
}

/** Runs `work` once a slot of the database for verifications is free. */
export function inTurnToVerify<T>(
  database: QueueTarget,
  ctx: Context,
  work: () => Promise<T>,
): Promise<T> {
  return bounded(turnsAt(database).verifications, "verifications", ctx, work);
}

function bounded<T>(
  turn: LimitFunction,
  what: string,
  ctx: Context,
  work: () => Promise<T>,
): Promise<T> {
  if (turn.activeCount >= turn.concurrency)
    ctx.status(`queued: ${turn.concurrency} ${what} are already running`);
  return turn(() => {
    assertMayGoOn(ctx);
    return work();
  });
}

function turnsAt({
  target: { url = "" },
  maxConcurrentBuilds,
  maxConcurrentMeasurements,
}: QueueTarget): Turns {
  const known = databases.get(url);
  if (known) return known;
  const turns = {
    tables: new Map<string, LimitFunction>(),
    builds: pLimit(maxConcurrentBuilds),
    measurements: pLimit(maxConcurrentMeasurements),
    verifications: pLimit(maxConcurrentMeasurements),
  };
  databases.set(url, turns);
  return turns;
}
