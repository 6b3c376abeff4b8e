import pLimit, { type LimitFunction } from "p-limit";
import type { Database } from "../session/database";
import { Semaphore } from "../slots/semaphore";
import { assertMayGoOn, type Context } from "./context";

/** The queues of one database: one build per table at a time, and limits on all of a kind. */
interface Turns {
  readonly tables: Map<string, LimitFunction>;
  readonly builds: Semaphore;
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

/** A table, and its size, if that is known. */
interface Turn {
  readonly table: string;
  readonly bytes?: number;
}

/**
 * Runs `work` once nothing else in this process works on the table and a build slot of the database
 * is free. Of those that wait for one, the largest table comes first, so that the longest build is
 * not the last.
 */
export async function inTurn<T>(
  database: QueueTarget,
  { table, bytes }: Turn,
  ctx: Context,
  work: () => Promise<T>,
): Promise<T> {
  const { tables, builds: buildTurn } = turnsAt(database);
  const tableTurn = tables.get(table) ?? pLimit(1);
  tables.set(table, tableTurn);
  if (tableTurn.activeCount > 0) ctx.status(`queued: another index of ${table} is being worked on`);
  return tableTurn(async () => {
    if (buildTurn.areTaken(1)) ctx.status(queuedText(buildTurn.total, "builds"));
    const leave = await buildTurn.take(1, undefined, bytes);
    try {
      assertMayGoOn(ctx);
      return await work();
    } finally {
      leave();
    }
  });
}

const queuedText = (running: number, what: string) =>
  `queued: ${running} ${what} are already running`;

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
  if (turn.activeCount >= turn.concurrency) ctx.status(queuedText(turn.concurrency, what));
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
    builds: new Semaphore(maxConcurrentBuilds),
    measurements: pLimit(maxConcurrentMeasurements),
    verifications: pLimit(maxConcurrentMeasurements),
  };
  databases.set(url, turns);
  return turns;
}
