import pLimit, { type LimitFunction } from "p-limit";
import { assertMayGoOn, type Context } from "./context";

/** Pulumi calls in parallel, four times the CPUs: one build a table at a time, and few in all. */
const tables = new Map<string, LimitFunction>();
let builds: LimitFunction | undefined;

/** Runs `work` when nobody of this process works on the table and a build slot is free. */
export async function inTurn<T>(
  table: string,
  maxConcurrentBuilds: number,
  ctx: Context,
  work: () => Promise<T>,
): Promise<T> {
  const tableTurn = tables.get(table) ?? pLimit(1);
  tables.set(table, tableTurn);
  builds ??= pLimit(maxConcurrentBuilds);
  const buildTurn = builds;
  if (tableTurn.activeCount > 0) ctx.status(`queued: another index of ${table} is being worked on`);
  return tableTurn(() => {
    if (buildTurn.activeCount >= buildTurn.concurrency)
      ctx.status(`queued: ${buildTurn.concurrency} builds run already`);
    return buildTurn(() => {
      assertMayGoOn(ctx);
      return work();
    });
  });
}
