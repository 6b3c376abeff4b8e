import { observe, readIndex } from "../catalog/indexes";
import type { LiveIndex } from "../catalog/liveIndex";
import { oldTransactionsOn } from "../catalog/otherSessions";
import type { IndexIdentity } from "../compare/identity";
import { dropIndexStatement } from "../declare/statement";
import { CancelledError, PgIndexError } from "../errors/advice";
import type { Context } from "../operation/context";
import { OutOfPatience, Patience } from "../operation/patience";
import { withRetries } from "../operation/retries";
import { takeTableKey } from "../operation/tableKey";
import { inTurn } from "../operation/turns";
import { Wait, waitUntilNobodyWorks } from "../operation/wait";
import { dropConstraintSql } from "../plan/constraintSteps";
import { dropPartitioned } from "../plan/partitionSteps";
import type { Database, SessionTarget } from "../session/database";
import { type Workspace, withObserver, withWorkspace } from "../session/workspace";
import { displayName } from "../text/render";
import { alter } from "../watch/alter";
import { runWatched } from "../watch/runWatched";
import { dropFailedAdvice, dropOutOfPatienceAdvice } from "./dropMessages";
import { findOurs } from "./ownIndexes";

/**
 * Drops the index that this stack built, with DROP INDEX CONCURRENTLY; success when it is gone
 * already. Refuses, with advice, when another index stands under the name, or when it backs a
 * constraint or is the replica identity.
 */
export async function dropIndex(
  target: Database,
  identity: IndexIdentity,
  asked: Context,
): Promise<void> {
  const ctx = { ...asked, patience: new Patience(identity.patience ?? {}, target.patience) };
  const options = { purpose: `drop ${identity.name}`, searchPath: [] };
  await inTurn(target, `${identity.schema}.${identity.table}`, ctx, async () => {
    try {
      await withRetries(ctx, () =>
        withWorkspace(target, options, (workspace) => attempt(workspace, identity, ctx)),
      );
    } catch (error) {
      if (error instanceof PgIndexError) throw error;
      const half = await isHalfDropped(target, identity);
      if (ctx.signal.aborted || error instanceof CancelledError)
        throw new CancelledError(
          half
            ? "cancelled; the index is half dropped: queries have lost it; the next destroy finishes the drop, an up that still declares it builds it anew"
            : "cancelled; the index stands as before",
        );
      if (error instanceof OutOfPatience)
        throw new PgIndexError(dropOutOfPatienceAdvice(displayName(identity), error, half), {
          cause: error,
        });
      throw new PgIndexError(dropFailedAdvice(displayName(identity), error, half), {
        cause: error,
      });
    }
  });
}

async function attempt(workspace: Workspace, identity: IndexIdentity, ctx: Context): Promise<void> {
  const { builder, observer } = workspace;
  if ((await findOurs(observer, identity)).length === 0) return;
  await takeTableKey(builder, observer, identity, ctx);
  for (;;) {
    const [live] = await findOurs(observer, identity);
    if (!live) return;
    await dropOne(workspace, live, ctx);
  }
}

async function dropOne(workspace: Workspace, live: LiveIndex, ctx: Context): Promise<void> {
  const { builder, observer } = workspace;
  const place = { schema: live.schema, table: live.table, oid: live.tableOid };
  const untilFree = () => waitUntilNobodyWorks(observer, place, builder.pid, ctx);
  await untilFree();
  if (live.valid) {
    await waitForWayClear(workspace, live, ctx);
    await untilFree();
  }
  const again = await readIndex(observer, live.oid);
  if (again?.name !== live.name) return;
  if (live.isPartitioned) return dropPartitionedIndex(workspace, live, ctx);
  if (live.constraint) return dropWithConstraint(workspace, live, live.constraint, ctx);
  const sql = dropIndexStatement(live.schema, live.name);
  await runWatched(sql, { ...workspace, ctx, verb: `dropping ${live.name}` });
}

/** The index of a constraint goes with it; the lock is short, since a drop moves no rows. */
async function dropWithConstraint(
  workspace: Workspace,
  live: LiveIndex,
  constraint: string,
  ctx: Context,
): Promise<void> {
  ctx.log(
    "warning",
    `dropping the constraint ${constraint} takes ACCESS EXCLUSIVE on ${live.schema}.${live.table} for milliseconds`,
  );
  const what = `drop the constraint ${constraint}`;
  const sqls = [dropConstraintSql(live, constraint)];
  await alter({ sqls, what, tableOid: live.tableOid }, workspace, ctx);
}

async function dropPartitionedIndex(
  workspace: Workspace,
  live: LiveIndex,
  ctx: Context,
): Promise<void> {
  const step = dropPartitioned(live.schema, live.name, "it is to go");
  ctx.log("warning", step.warning);
  const what = `drop ${displayName(live)}`;
  await alter({ sqls: step.sqls, what, tableOid: live.tableOid }, workspace, ctx);
}

/** A transaction this old will not be gone in a moment. */
const OLD_SECONDS = 2;

/**
 * The first step of DROP INDEX CONCURRENTLY takes the index from the planner and cannot be undone
 * by a cancel; then it waits for every transaction that has touched the table. So the waiting is
 * done before it, while queries still have the index.
 */
async function waitForWayClear(
  { observer }: Workspace,
  live: LiveIndex,
  ctx: Context,
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

async function isHalfDropped(target: SessionTarget, identity: IndexIdentity): Promise<boolean> {
  try {
    return await withObserver(target, { purpose: "look", writable: false }, async (observer) => {
      const observed = await observe(observer, identity);
      return observed.kind === "index" && !observed.index.valid;
    });
  } catch {
    return false;
  }
}
