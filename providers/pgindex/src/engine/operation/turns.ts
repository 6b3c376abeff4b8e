import pLimit, { type LimitFunction } from "p-limit";
import type { Database } from "../session/database";
import { assertMayGoOn, type Context } from "./context";

/** The queues of one database: one build per table at a time, and a limit on all builds. */
interface Turns {
  readonly tables: Map<string, LimitFunction>;
  readonly builds: LimitFunction;
}

type QueueTarget = Pick<Database, "target" | "maxConcurrentBuilds">;

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
  return tableTurn(() => {
    if (buildTurn.activeCount >= buildTurn.concurrency)
      ctx.status(`queued: ${buildTurn.concurrency} builds are already running`);
    return buildTurn(() => {
      assertMayGoOn(ctx);
      return work();
    });
  });
}

function turnsAt({ target: { url = "" }, maxConcurrentBuilds }: QueueTarget): Turns {
  const known = databases.get(url);
  if (known) return known;
  const turns = { tables: new Map<string, LimitFunction>(), builds: pLimit(maxConcurrentBuilds) };
  databases.set(url, turns);
  return turns;
}
