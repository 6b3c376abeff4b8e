import { runAlteration } from "../alteration/alteration";
import { type Dropping, dropConcurrently } from "../alteration/concurrentDrop";
import { observe } from "../catalog/indexes";
import type { LiveTable } from "../catalog/liveIndex";
import type { BuildSettings } from "../declare/buildSettings";
import type { DesiredIndex } from "../declare/desiredIndex";
import { ChangedError, PgIndexError } from "../errors/advice";
import { withBuildSettings } from "../operation/buildSession";
import type { Operation } from "../operation/operation";
import { returnTableKey, takeTableKey } from "../operation/tableKey";
import { waitUntilNobodyWorks } from "../operation/wait";
import { type Step, stepText } from "../plan/step";
import { serverTime } from "../session/workspace";
import { displayName } from "../text/render";
import { PhaseWatch } from "../watch/phases";
import { runWatched } from "../watch/watchedStatement";
import { notVerifiedAdvice } from "./buildMessages";

/** What the steps did. */
export interface Executed {
  /** Server time at the end of the build, ISO 8601; undefined when nothing was built. */
  readonly builtAt?: string;
  /** Duration of CREATE INDEX CONCURRENTLY in seconds, including waits. */
  readonly buildSeconds?: number;
  /** Seconds spent in each of the PHASES. */
  readonly phaseSeconds?: readonly number[];
}

/** Callbacks around the steps. */
export interface Hooks {
  /** Called right before CREATE INDEX, while the queries still run without the index. */
  readonly beforeBuild?: (step: Step) => Promise<void>;
  /** Called before each step. */
  readonly beforeStep?: (step: Step) => Promise<void>;
  /** Called after each step that did not fail. */
  readonly afterStep?: (step: Step) => Promise<void>;
}

/** Everything needed to run a step. */
export interface Execution extends Operation {
  readonly desired: DesiredIndex;
  readonly table: LiveTable;
  /** The resource's, over the Connection's. */
  readonly buildSettings: BuildSettings;
  readonly hooks: Hooks;
}

/** Runs the steps of a plan in order. */
export async function execute(steps: readonly Step[], execution: Execution): Promise<Executed> {
  let done: Executed = {};
  for (const step of steps) {
    await execution.hooks.beforeStep?.(step);
    done = addExecuted(done, await executeStep(step, execution));
    await execution.hooks.afterStep?.(step);
  }
  return done;
}

/** Adds up the build times, since a partitioned index has one build per partition. */
export function addExecuted(before: Executed, step: Executed): Executed {
  if (step.buildSeconds === undefined) return before;
  return {
    builtAt: step.builtAt,
    buildSeconds: (before.buildSeconds ?? 0) + step.buildSeconds,
    phaseSeconds: step.phaseSeconds?.map((seconds, i) => seconds + (before.phaseSeconds?.[i] ?? 0)),
  };
}

async function executeStep(step: Step, execution: Execution): Promise<Executed> {
  const { desired, ctx, hooks } = execution;
  if ("warning" in step && step.warning) ctx.log("warning", step.warning);
  if (step.kind !== "adopt" && step.kind !== "build") ctx.log("info", stepText(desired, step));
  switch (step.kind) {
    case "adopt":
      return {};
    case "alter":
      await alterStep(step, execution);
      return {};
    case "build":
      await hooks.beforeBuild?.(step);
      return timed(execution, (phases) => watchStep(step, "building", { ...execution, phases }));
    case "reindex":
      return timed(execution, (phases) => watchStep(step, "rebuilding", { ...execution, phases }));
    case "drop":
      await watchStep(step, `dropping ${step.name}`, execution);
      return {};
    case "analyze":
      await watchStep(step, "ANALYZE", execution);
      return {};
  }
}

type LongStep = Extract<Step, { readonly sql: string } | { readonly kind: "drop" }>;

/**
 * Runs a long statement; on a partition, under the partition's own key. Waits for other sessions
 * first, because they may have started since we checked, and a statement queued behind a concurrent
 * build makes it fail when it ends.
 */
async function watchStep(
  step: LongStep,
  verb: string,
  execution: Execution & { readonly phases?: PhaseWatch },
): Promise<void> {
  const { desired, table, ctx } = execution;
  const { on: partition, position } = step;
  if (partition) {
    // A small one is built before its progress is first polled.
    ctx.status(`${position ?? `${partition.schema}.${partition.table}`}: ${verb}`);
    await takeTableKey(execution, partition);
  }
  const declared = { schema: desired.schema, table: desired.table, oid: table.oid };
  await waitUntilNobodyWorks(execution, partition ?? declared);
  if (step.kind === "drop") await dropStep(step, { ...execution, verb, position });
  else {
    const isBuild = step.kind === "build" || step.kind === "reindex";
    const { sql, marks = [] } = step;
    const settings = isBuild ? execution.buildSettings : {};
    await withBuildSettings(execution.builder, settings, () =>
      runWatched(sql, { ...execution, verb, position, isBuild, marks }),
    );
    for (const mark of marks) await execution.builder.query(mark);
  }
  if (partition) await returnTableKey(execution, partition);
}

/**
 * An apparent leftover may have belonged to a running REINDEX CONCURRENTLY, which renames or removes
 * it at its end, or a REINDEX may have repaired it. A partition's leftover then just stays.
 */
async function dropStep(
  { index, on }: Extract<LongStep, { kind: "drop" }>,
  dropping: Dropping,
): Promise<void> {
  try {
    await dropConcurrently(index, dropping);
  } catch (error) {
    if (!on || !(error instanceof ChangedError)) throw error;
  }
}

async function timed(
  { observer }: Execution,
  work: (phases: PhaseWatch) => Promise<void>,
): Promise<Executed> {
  const started = performance.now();
  const phases = new PhaseWatch(started);
  await work(phases);
  const ended = performance.now();
  const buildSeconds = Math.round(ended - started) / 1000;
  const phaseSeconds = phases.seconds(ended);
  return { builtAt: await serverTime(observer), buildSeconds, phaseSeconds };
}

async function alterStep(
  step: Extract<Step, { kind: "alter" }>,
  execution: Execution,
): Promise<void> {
  const { onlyWithValid } = step;
  const guard =
    onlyWithValid &&
    (async () => {
      for (const each of onlyWithValid) await requireValid(each, execution);
    });
  const what = `alter ${displayName(execution.desired)}`;
  await runAlteration(
    { ...step, what, tableOid: step.on?.oid ?? execution.table.oid, guard },
    execution,
  );
}

/** Only a valid index can get a name or be attached. */
async function requireValid(
  id: { readonly schema: string; readonly name: string },
  { desired, observer }: Execution,
): Promise<void> {
  const observed = await observe(observer, id);
  const isValid = observed.kind === "index" && observed.index.valid && observed.index.ready;
  if (!isValid) throw new PgIndexError(notVerifiedAdvice(desired, `${id.name} is not valid`));
}
