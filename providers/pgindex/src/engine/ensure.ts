import { type BuiltName, removeLeftover } from "./cleanUp";
import type { Context } from "./context";
import { addUp, type Executed, type Execution, execute, type Hooks, serverTime } from "./execute";
import { takeTableKey, waitUntilNobodyWorks } from "./locks";
import {
  type Declared,
  declaredForm,
  look,
  type PreviousIndex,
  requirePrivileges,
  requireTable,
} from "./look";
import { buildFailedAdvice, unsettledAdvice } from "./messages";
import type { CanonicalIndex, DesiredIndex, LiveIndex, LiveTable } from "./model";
import { plan } from "./plan";
import { CancelledError, PgIndexError } from "./problems";
import { inTurn } from "./queue";
import { renderBytes, renderElapsed } from "./render";
import { isSettled } from "./situation";
import type { Step } from "./steps";
import type { Target } from "./target";
import { type Workspace, withRetries, withWorkspace } from "./workspace";

/** The index as it stands after {@link ensureIndex}, and what was done for it. */
export interface Ensured extends Executed {
  readonly live: LiveIndex;
  /** The declaration in the server's own form; undefined where it could not be asked. */
  readonly declared?: CanonicalIndex;
  /** True when a valid index of this definition stood already and nothing was built. */
  readonly adopted: boolean;
  /** Server time at which it was seen valid, ISO 8601. */
  readonly verifiedAt: string;
}

/** What a change is asked for. */
export interface Request {
  readonly target: Target;
  readonly desired: DesiredIndex;
  /** What the resource's state says of its index so far; undefined on create. */
  readonly previous?: PreviousIndex;
  readonly ctx: Context;
  readonly hooks?: Hooks;
}

/**
 * Makes the declared index exist, valid: looks, decides, acts, and looks again until nothing is left to do; and does so again when interrupted.
 * Create and update are this one function, since only the live state decides.
 *
 * Throws {@link PgIndexError} with advice when it is refused or fails for good, after removing what a failed build of its own left;
 * {@link CancelledError} when cancelled.
 */
export async function ensureIndex(request: Request): Promise<Ensured> {
  const { target, desired, ctx } = request;
  const progress: Progress = {};
  const options = { purpose: `build ${desired.name}`, searchPath: desired.searchPath };
  return inTurn(`${desired.schema}.${desired.table}`, target.maxConcurrentBuilds, ctx, async () => {
    try {
      return await withRetries(ctx, () =>
        withWorkspace(target, options, (workspace) => attempt(workspace, request, progress)),
      );
    } catch (error) {
      throw await explainFailure(error, request, progress);
    }
  });
}

/** What an earlier attempt of the same call has begun. */
interface Progress {
  buildStartedAt?: number;
  isRebuilt?: boolean;
  /** What the last build was to make, and where. */
  building?: BuiltName;
}

async function explainFailure(
  error: unknown,
  { target, desired, ctx }: Request,
  progress: Progress,
): Promise<unknown> {
  if (progress.building === undefined) return error;
  const cleanedUp = await removeLeftover(target, progress.building, ctx);
  if (ctx.signal.aborted || error instanceof CancelledError)
    return new CancelledError(`cancelled; ${cleanedUp}`);
  if (error instanceof PgIndexError) return error;
  return new PgIndexError(buildFailedAdvice(desired, error, cleanedUp), { cause: error });
}

/** A rename and a replacement settle in two rounds, an interrupted one in three. */
const MAX_ROUNDS = 5;

async function attempt(
  workspace: Workspace,
  request: Request,
  progress: Progress,
): Promise<Ensured> {
  const { desired, previous, ctx } = request;
  const { observer } = workspace;
  const table = await requireTable(observer, desired);
  const declared = await declaredForm(observer, desired);
  const lookAgain = async () => {
    const seen = await look(observer, desired, declared, table, previous);
    // A rebuild is done once, whatever the outputs said when it was asked for.
    return progress.isRebuilt ? { ...seen, rebuild: undefined } : seen;
  };
  let situation = await lookAgain();
  let done: Executed = {};
  if (!isSettled(situation)) {
    await beginWork(workspace, desired, table, ctx);
    situation = await lookAgain();
  }
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (isSettled(situation)) {
      return finish(situation.verdict.live, declared, done, workspace, request, progress);
    }
    const decided = plan(situation, desired, previous ? "update" : "create");
    if (decided.kind === "refused") throw new PgIndexError(decided.advice);
    done = addUp(
      done,
      await execute(decided.steps, execution(workspace, table, request, progress)),
    );
    progress.isRebuilt ||= decided.steps.some(
      (step) => step.kind === "build" || step.kind === "reindex",
    );
    situation = await lookAgain();
  }
  throw new PgIndexError(unsettledAdvice(desired, MAX_ROUNDS));
}

/** Takes the table's key and waits until nobody works on the table. */
async function beginWork(
  workspace: Workspace,
  desired: DesiredIndex,
  table: LiveTable,
  ctx: Context,
): Promise<void> {
  const { observer, builder } = workspace;
  await requirePrivileges(observer, desired, table);
  await takeTableKey(builder, observer, desired, ctx);
  const label = `${desired.schema}.${desired.table}`;
  await waitUntilNobodyWorks(observer, { oid: table.oid, label }, builder.pid, ctx);
}

function execution(
  workspace: Workspace,
  table: LiveTable,
  { desired, ctx, hooks = {} }: Request,
  progress: Progress,
): Execution {
  const beforeBuild = async (step: Step) => {
    if (progress.buildStartedAt === undefined) await hooks.beforeBuild?.(step);
    const { schema, table } = step.on ?? desired;
    progress.building = { schema, table, name: "name" in step ? step.name : desired.name };
    progress.buildStartedAt ??= performance.now();
  };
  return { desired, table, workspace, ctx, hooks: { ...hooks, beforeBuild } };
}

async function finish(
  live: LiveIndex,
  declared: Declared,
  done: Executed,
  workspace: Workspace,
  { desired, previous, ctx }: Request,
  progress: Progress,
): Promise<Ensured> {
  const verifiedAt = await serverTime(workspace);
  const built = done.builtAt ? done : finishedBefore(progress, verifiedAt);
  const how =
    built.buildSeconds === undefined
      ? "stands"
      : `built in ${renderElapsed(built.buildSeconds * 1000)}`;
  ctx.status(`valid, ${how}, ${renderBytes(live.sizeBytes)}`);
  const adopted = built.builtAt === undefined;
  if (adopted && !previous) {
    ctx.log(
      "info",
      `adopted ${desired.schema}.${desired.name}: a valid index of this definition stood already; nothing was built`,
    );
  }
  const form = declared.kind === "ok" ? declared.canonical : undefined;
  return { ...built, live, declared: form, adopted, verifiedAt };
}

/** An index that stands already may be the one that our own interrupted attempt has built. */
function finishedBefore({ buildStartedAt }: Progress, verifiedAt: string): Executed {
  if (buildStartedAt === undefined) return {};
  return {
    builtAt: verifiedAt,
    buildSeconds: Math.round(performance.now() - buildStartedAt) / 1000,
  };
}
