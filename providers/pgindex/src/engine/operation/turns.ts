import pLimit, { type LimitFunction } from "p-limit";
import type { Database } from "../session/database";
import { assertMayGoOn, type Context } from "./context";

/** Whose turn it is at one database: one build a table at a time, and few in all. */
interface Turns {
  readonly tables: Map<string, LimitFunction>;
  readonly builds: LimitFunction;
}

type QueueTarget = Pick<Database, "target" | "maxConcurrentBuilds">;

/**
 * Pulumi calls in parallel, four times the CPUs, and for every Connection of a program in one
 * process.
 */
const databases = new Map<string, Turns>();

/**
 * Runs `work` when nobody of this process works on the table and a build slot of the database is
 * free.
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
