import { observe, readIndex } from "../catalog/indexes";
import type { LiveTable } from "../catalog/liveIndex";
import type { DesiredIndex } from "../declare/desiredIndex";
import { ChangedError, PgIndexError } from "../errors/advice";
import type { Context } from "../operation/context";
import { returnTableKey, takeTableKey } from "../operation/tableKey";
import { waitUntilNobodyWorks } from "../operation/wait";
import type { Step } from "../plan/step";
import { serverTime, type Workspace } from "../session/workspace";
import { alter } from "../watch/alter";
import { PhaseWatch } from "../watch/phases";
import { runWatched } from "../watch/runWatched";
import { notVerifiedAdvice } from "./buildMessages";

/** What the steps did. */
export interface Executed {
  /** Server time at the end of the build, ISO 8601; undefined when nothing was built. */
  readonly builtAt?: string;
  /** Duration of CREATE INDEX CONCURRENTLY in seconds, waits included. */
  readonly buildSeconds?: number;
  /** What of it each of the PHASES took, in seconds. */
  readonly phaseSeconds?: readonly number[];
}

/** What happens around the steps that is not theirs. */
export interface Hooks {
  /** Called right before CREATE INDEX, while the queries still run without the index. */
  readonly beforeBuild?: (step: Step) => Promise<void>;
  /** Called before each step. */
  readonly beforeStep?: (step: Step) => Promise<void>;
  /** Called after each step that did not fail. */
  readonly afterStep?: (step: Step) => Promise<void>;
}

/** Everything that a step is run with. */
export interface Execution {
  readonly desired: DesiredIndex;
  readonly table: LiveTable;
  readonly workspace: Workspace;
  readonly ctx: Context;
  readonly hooks: Hooks;
}

/** Runs the steps of a plan in their order. */
export async function execute(steps: readonly Step[], execution: Execution): Promise<Executed> {
  let done: Executed = {};
  for (const step of steps) {
    await execution.hooks.beforeStep?.(step);
    done = addUp(done, await executeStep(step, execution));
    await execution.hooks.afterStep?.(step);
  }
  return done;
}

/** A partitioned index is built in as many parts as the table has partitions. */
export function addUp(before: Executed, step: Executed): Executed {
  if (step.buildSeconds === undefined) return before;
  return {
    builtAt: step.builtAt,
    buildSeconds: (before.buildSeconds ?? 0) + step.buildSeconds,
    phaseSeconds: step.phaseSeconds?.map((seconds, i) => seconds + (before.phaseSeconds?.[i] ?? 0)),
  };
}

async function executeStep(step: Step, execution: Execution): Promise<Executed> {
  const { desired, workspace, ctx, hooks } = execution;
  const label = `${desired.schema}.${desired.name}`;
  const sql = "sqls" in step ? step.sqls.join("; ") : "sql" in step ? step.sql : "";
  if ("warning" in step && step.warning) ctx.log("warning", step.warning);
  if (step.kind !== "adopt" && step.kind !== "build")
    ctx.log("info", `${label}: ${step.why}: ${sql}`);
  switch (step.kind) {
    case "adopt":
      return {};
    case "alter":
      await alterStep(step, execution);
      return {};
    case "build":
      await hooks.beforeBuild?.(step);
      return timed((phases) => watch(step, "building", execution, phases), workspace);
    case "reindex":
      return timed((phases) => watch(step, "rebuilding", execution, phases), workspace);
    case "drop":
      await watch(step, `dropping ${step.name}`, execution);
      return {};
    case "analyze":
      await watch(step, "ANALYZE", execution);
      return {};
  }
}

type LongStep = Extract<Step, { readonly sql: string }>;

/**
 * Runs a long statement; on a partition, under the partition's own key. Somebody may have begun to
 * work on the table since we looked: whoever queues behind a concurrent build kills it at its end.
 */
async function watch(
  step: LongStep,
  verb: string,
  { desired, table, workspace, ctx }: Execution,
  phases?: PhaseWatch,
): Promise<void> {
  const { builder, observer } = workspace;
  const { on: partition, position } = step;
  const place = partition ?? { schema: desired.schema, table: desired.table, oid: table.oid };
  if (partition) {
    // A small one is built before the first look at its progress.
    ctx.status(`${position ?? `${partition.schema}.${partition.table}`}: ${verb}`);
    await takeTableKey(builder, observer, partition, ctx);
  }
  await waitUntilNobodyWorks(observer, place, builder.pid, ctx);
  const isBuild = step.kind === "build" || step.kind === "reindex";
  if (await isAsDecided(step, observer))
    await runWatched(step.sql, { ...workspace, ctx, verb, position, isBuild, phases });
  else if (!partition)
    throw new ChangedError(`${step.name} is no longer what it was when its drop was decided`);
  if (partition) await returnTableKey(builder, partition);
}

/**
 * Whether what is to be dropped is still what it was. What looked like a leftover may have been
 * somebody's REINDEX CONCURRENTLY at work, which has renamed or removed it by its end, or has been
 * mended by one.
 */
async function isAsDecided(step: LongStep, observer: Workspace["observer"]): Promise<boolean> {
  if (step.kind !== "drop") return true;
  const live = await readIndex(observer, step.oid);
  return live?.name === step.name && live.valid === step.wasValid;
}

async function timed(
  work: (phases: PhaseWatch) => Promise<void>,
  workspace: Workspace,
): Promise<Executed> {
  const started = performance.now();
  const phases = new PhaseWatch(started);
  await work(phases);
  const ended = performance.now();
  const buildSeconds = Math.round(ended - started) / 1000;
  const phaseSeconds = phases.seconds(ended);
  return { builtAt: await serverTime(workspace), buildSeconds, phaseSeconds };
}

async function alterStep(
  step: Extract<Step, { kind: "alter" }>,
  execution: Execution,
): Promise<void> {
  const { desired, table, workspace, ctx } = execution;
  const { onlyWithValid } = step;
  const guard = onlyWithValid && (() => requireValid(onlyWithValid, execution));
  const what = `alter ${desired.schema}.${desired.name}`;
  await alter(
    { sqls: step.sqls, what, tableOid: step.on?.oid ?? table.oid, guard },
    workspace,
    ctx,
  );
}

/** A name or a place is only given to an index that can serve. */
async function requireValid(
  id: { readonly schema: string; readonly name: string },
  { desired, workspace }: Execution,
): Promise<void> {
  const observed = await observe(workspace.observer, id);
  const isValid = observed.kind === "index" && observed.index.valid && observed.index.ready;
  if (!isValid) throw new PgIndexError(notVerifiedAdvice(desired, `${id.name} is not valid`));
}
