import { LOOK_CONFLICTS } from "./activity";
import { observe } from "./catalog";
import { removeLeftover } from "./cleanUp";
import { differencesOf, renderDifferences } from "./compare";
import { assertMayGoOn, type Context } from "./context";
import { type Executed, execute, type Hooks, serverTime } from "./execute";
import { takeTableKey, waitUntilNobodyWorks } from "./locks";
import { type Declared, declaredForm, look, requirePrivileges, requireTable } from "./look";
import { buildFailedAdvice, notVerifiedAdvice } from "./messages";
import type { CanonicalIndex, DesiredIndex, LiveIndex } from "./model";
import { plan } from "./plan";
import { CancelledError, PgIndexError } from "./problems";
import { inTurn } from "./queue";
import { renderBytes, renderElapsed } from "./render";
import type { Session } from "./session";
import type { Target } from "./target";
import { type Workspace, withRetries, withWorkspace } from "./workspace";

/** The index as it stands after {@link ensureIndex}, and what was done for it. */
export interface Ensured extends Executed {
  readonly live: LiveIndex;
  /** Server time at which it was seen valid, ISO 8601. */
  readonly verifiedAt: string;
}

/**
 * Makes the declared index exist, valid: looks, decides, builds, verifies, and does so again when interrupted. Create and update are
 * this one function, since only the live state decides.
 *
 * Throws {@link PgIndexError} with advice when it is refused or fails for good, after removing what a failed build of its own left;
 * {@link CancelledError} when cancelled.
 */
export async function ensureIndex(
  target: Target,
  desired: DesiredIndex,
  ctx: Context,
  hooks: Hooks = {},
): Promise<Ensured> {
  const progress: Progress = {};
  const options = {
    purpose: `build ${desired.name}`,
    searchPath: desired.searchPath,
  };
  return inTurn(`${desired.schema}.${desired.table}`, target.maxConcurrentBuilds, ctx, async () => {
    try {
      return await withRetries(ctx, () =>
        withWorkspace(target, options, (workspace) =>
          attempt(workspace, desired, ctx, hooks, progress),
        ),
      );
    } catch (error) {
      if (progress.buildStartedAt === undefined)
        throw ctx.signal.aborted ? new CancelledError("cancelled; nothing was changed") : error;
      const cleanedUp = await removeLeftover(target, desired, ctx);
      if (ctx.signal.aborted || error instanceof CancelledError)
        throw new CancelledError(`cancelled; ${cleanedUp}`);
      if (error instanceof PgIndexError) throw error;
      throw new PgIndexError(buildFailedAdvice(desired, error, cleanedUp), {
        cause: error,
      });
    }
  });
}

async function attempt(
  workspace: Workspace,
  desired: DesiredIndex,
  ctx: Context,
  hooks: Hooks,
  progress: Progress,
): Promise<Ensured> {
  const { observer, builder } = workspace;
  const table = await requireTable(observer, desired);
  const label = `${desired.schema}.${desired.table}`;
  const untilFree = (modes?: readonly string[]) =>
    waitUntilNobodyWorks(observer, { oid: table.oid, label }, builder.pid, ctx, modes);
  const declared = await readDeclared(observer, desired, ctx, () => untilFree(LOOK_CONFLICTS));
  let verdict = await look(observer, desired, declared);
  if (verdict.kind !== "same") {
    await requirePrivileges(observer, desired, table);
    await takeTableKey(builder, observer, desired, ctx);
    await untilFree();
    verdict = await look(observer, desired, declared);
  }
  const decided = plan(verdict, withOwnLeftover(desired, progress));
  if (decided.kind === "refused") {
    // What stands there is not ours: nothing to clean up.
    progress.buildStartedAt = undefined;
    throw new PgIndexError(decided.advice);
  }
  const beforeBuild = async () => {
    await hooks.beforeBuild?.();
    progress.buildStartedAt = performance.now();
  };
  const steps = await execute(decided.steps, desired, workspace, ctx, {
    beforeBuild,
  });
  const live = await verify(
    observer,
    desired,
    declared.kind === "ok" ? declared.canonical : undefined,
  );
  const verifiedAt = await serverTime(workspace);
  const executed = steps.adopted ? finishedBefore(progress, verifiedAt) : steps;
  ctx.status(summary(live, executed));
  return { ...executed, live, verifiedAt };
}

/** Whoever holds ACCESS EXCLUSIVE on the table is waited for in sight, and not inside of a statement of ours. */
async function readDeclared(
  observer: Session,
  desired: DesiredIndex,
  ctx: Context,
  untilReadable: () => Promise<void>,
): Promise<Declared> {
  for (;;) {
    assertMayGoOn(ctx);
    await untilReadable();
    const declared = await declaredForm(observer, desired);
    if (declared.kind !== "cannotVerify" || declared.obstacle !== "locked") return declared;
  }
}

/** What an earlier attempt of the same call has begun. */
interface Progress {
  buildStartedAt?: number;
}

/** `invalidLeftover: "refuse"` speaks of what stood before, not of what an interrupted attempt of ours has left. */
function withOwnLeftover(desired: DesiredIndex, { buildStartedAt }: Progress): DesiredIndex {
  const isOwn = buildStartedAt !== undefined && desired.invalidLeftover === "refuse";
  return isOwn ? { ...desired, invalidLeftover: "rebuild" } : desired;
}

/** An index that stands already may be the one that our own interrupted attempt has built. */
function finishedBefore({ buildStartedAt }: Progress, verifiedAt: string): Executed {
  if (buildStartedAt === undefined) return { adopted: true };
  const buildSeconds = Math.round(performance.now() - buildStartedAt) / 1000;
  return { adopted: false, builtAt: verifiedAt, buildSeconds };
}

/** The last word in the resource's row. */
function summary(live: LiveIndex, { buildSeconds }: Executed): string {
  const how =
    buildSeconds === undefined ? "adopted" : `built in ${renderElapsed(buildSeconds * 1000)}`;
  return `valid, ${how}, ${renderBytes(live.sizeBytes)}`;
}

/** Nothing is done until the catalog says so: valid, ready, live, on the right table, as declared. */
async function verify(
  observer: Session,
  desired: DesiredIndex,
  declared?: CanonicalIndex,
): Promise<LiveIndex> {
  const observed = await observe(observer, desired);
  if (observed.kind !== "index")
    throw new PgIndexError(notVerifiedAdvice(desired, "there is no index of that name"));
  const live = observed.index;
  const differences = declared
    ? differencesOf(declared, live.canonical, desired.tablespace !== undefined)
    : [];
  const wrong = [
    live.valid && live.ready && live.live ? "" : "it is INVALID",
    live.table === desired.table ? "" : `it is on table ${live.table}`,
    renderDifferences(differences),
  ].filter(Boolean);
  if (wrong.length > 0) throw new PgIndexError(notVerifiedAdvice(desired, wrong.join("; ")));
  return live;
}
