import type { LiveIndex } from "../catalog/liveIndex";
import { oldTransactionsOn } from "../catalog/sessions/otherSessions";
import type { Operation } from "../operation/operation";
import { Wait } from "../operation/wait";
import { displayName } from "../text/render";

/** A transaction this old is not about to end. */
const OLD_SECONDS = 2;

/**
 * Waits for old transactions before the drop, while queries can still use the index. The first step
 * of DROP INDEX CONCURRENTLY hides the index from the planner, which a cancel cannot undo; the drop
 * then waits for every transaction that has touched the table.
 */
export async function waitForWayClear(
  { observer, ctx }: Operation,
  live: LiveIndex,
): Promise<void> {
  const wait = new Wait(
    ctx,
    `not dropping ${displayName(live)} yet, it would wait for open transactions on ${live.table}`,
  );
  for (;;) {
    const old = await oldTransactionsOn(observer, live.tableOid, OLD_SECONDS);
    if (old.length === 0) return wait.over();
    await wait.on(old);
  }
}
