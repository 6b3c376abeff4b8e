import { describeSession, oldTransactionsOn } from "./activity";
import { observe, readPrivileges } from "./catalog";
import { differencesOf } from "./compare";
import type { Context } from "./context";
import {
  constraintAdvice,
  differsReason,
  dropFailedAdvice,
  notOursAdvice,
  notOwnerAdvice,
  replicaIdentityAdvice,
} from "./dropMessages";
import { takeTableKey, Wait, waitUntilNobodyWorks } from "./locks";
import { type CanonicalIndex, displayName, type LiveIndex } from "./model";
import { runWatched } from "./monitor";
import { CancelledError, PgIndexError } from "./problems";
import { inTurn } from "./queue";
import { dropIndexStatement } from "./statement";
import type { Target } from "./target";
import { type Workspace, withObserver, withRetries, withWorkspace } from "./workspace";

/** What identifies an index: never its name alone, and not its OID, which REINDEX CONCURRENTLY changes. */
export interface IndexIdentity {
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  readonly canonical: CanonicalIndex;
}

/**
 * Drops the index that this stack built, with DROP INDEX CONCURRENTLY; success when it is gone already. Refuses, with advice, when another
 * index stands under the name, or when it backs a constraint or is the replica identity.
 */
export async function dropIndex(
  target: Target,
  identity: IndexIdentity,
  ctx: Context,
): Promise<void> {
  const options = { purpose: `drop ${identity.name}`, searchPath: [] };
  await inTurn(
    `${identity.schema}.${identity.table}`,
    target.maxConcurrentBuilds,
    ctx,
    async () => {
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
              ? "cancelled; the index is half dropped: queries no longer use it, and the next run finishes the drop"
              : "cancelled; the index stands as before",
          );
        throw new PgIndexError(dropFailedAdvice(displayName(identity), error, half), {
          cause: error,
        });
      }
    },
  );
}

async function attempt(workspace: Workspace, identity: IndexIdentity, ctx: Context): Promise<void> {
  const { builder, observer } = workspace;
  if (!(await findOurs(workspace, identity))) return;
  await takeTableKey(builder, observer, identity, ctx);
  const live = await findOurs(workspace, identity);
  if (!live) return;
  const label = `${live.schema}.${live.table}`;
  await waitUntilNobodyWorks(observer, { oid: live.tableOid, label }, builder.pid, ctx);
  if (live.valid) await waitForWayClear(workspace, live, ctx);
  const again = await findOurs(workspace, identity);
  if (!again) return;
  await runWatched(dropIndexStatement(again.schema, again.name), {
    ...workspace,
    ctx,
    verb: "dropping",
  });
}

/** The index, if it is still the one that we built; undefined when it is gone; refuses when it is another. */
async function findOurs(
  { observer }: Workspace,
  identity: IndexIdentity,
): Promise<LiveIndex | undefined> {
  const observed = await observe(observer, identity);
  if (observed.kind !== "index") return undefined;
  const live = observed.index;
  if (live.table !== identity.table)
    throw new PgIndexError(notOursAdvice(live, `it is on table ${live.table}`));
  const differences = differencesOf(identity.canonical, live.canonical, false);
  if (differences.length > 0)
    throw new PgIndexError(notOursAdvice(live, differsReason(differences)));
  if (live.constraint) throw new PgIndexError(constraintAdvice(live));
  if (live.isReplicaIdentity) throw new PgIndexError(replicaIdentityAdvice(live));
  const { role, owner, ownsTable } = await readPrivileges(observer, live.tableOid);
  if (!ownsTable) throw new PgIndexError(notOwnerAdvice(live, role, owner));
  return live;
}

/** A transaction this old will not be gone in a moment. */
const OLD_SECONDS = 2;

/**
 * The first step of DROP INDEX CONCURRENTLY takes the index from the planner and cannot be undone by a cancel; then it waits for every
 * transaction that has touched the table. So the waiting is done before it, while queries still have the index.
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
    await wait.on(old.map(describeSession));
  }
}

async function isHalfDropped(target: Target, identity: IndexIdentity): Promise<boolean> {
  try {
    return await withObserver(target, { purpose: "look", writable: false }, async (observer) => {
      const observed = await observe(observer, identity);
      return observed.kind === "index" && !observed.index.valid;
    });
  } catch {
    return false;
  }
}
