import { describeSession, workersOn } from "./activity";
import { observe } from "./catalog";
import type { Context } from "./context";
import { Wait } from "./locks";
import { notVerifiedAdvice } from "./messages";
import type { DesiredIndex } from "./model";
import { runWatched } from "./monitor";
import { PgIndexError } from "./problems";
import { sqlState } from "./sqlstate";
import type { Step } from "./steps";
import type { Workspace } from "./workspace";

/** What the steps did. */
export interface Executed {
  /** Server time at the end of the build, ISO 8601; undefined when nothing was built. */
  readonly builtAt?: string;
  /** Duration of CREATE INDEX CONCURRENTLY in seconds, waits included. */
  readonly buildSeconds?: number;
}

/** What happens around the steps that is not theirs. */
export interface Hooks {
  /** Called right before CREATE INDEX of `name`, while the queries still run without the index. */
  readonly beforeBuild?: (name: string) => Promise<void>;
  /** Called before each step. */
  readonly beforeStep?: (step: Step) => Promise<void>;
}

/** Everything that a step is run with. */
export interface Execution {
  readonly desired: DesiredIndex;
  readonly workspace: Workspace;
  readonly ctx: Context;
  readonly hooks: Hooks;
}

/** Runs the steps of a plan in their order. */
export async function execute(steps: readonly Step[], execution: Execution): Promise<Executed> {
  let done: Executed = {};
  for (const step of steps) {
    await execution.hooks.beforeStep?.(step);
    done = { ...done, ...(await executeStep(step, execution)) };
  }
  return done;
}

async function executeStep(step: Step, execution: Execution): Promise<Executed> {
  const { desired, workspace, ctx, hooks } = execution;
  const label = `${desired.schema}.${desired.name}`;
  switch (step.kind) {
    case "adopt":
      return {};
    case "drop":
      ctx.log("info", `${label}: ${step.why}: ${step.sql}`);
      await runWatched(step.sql, { ...workspace, ctx, verb: `dropping ${step.name}` });
      return {};
    case "build":
      await hooks.beforeBuild?.(step.name);
      return build(step.sql, workspace, ctx);
    case "analyze":
      await runWatched(step.sql, { ...workspace, ctx, verb: "ANALYZE" });
      return {};
    case "reindex":
      ctx.log("info", `${label}: ${step.why}: ${step.sql}`);
      return build(step.sql, workspace, ctx);
    case "alter":
      if (step.warning) ctx.log("warning", step.warning);
      ctx.log("info", `${label}: ${step.why}: ${step.sqls.join("; ")}`);
      await alter(step, execution);
      return {};
  }
}

async function build(sql: string, workspace: Workspace, ctx: Context): Promise<Executed> {
  const started = performance.now();
  await runWatched(sql, { ...workspace, ctx, verb: "building" });
  const buildSeconds = Math.round(performance.now() - started) / 1000;
  return { builtAt: await serverTime(workspace), buildSeconds };
}

/** A short change gives way after this long, so that nobody queues behind it, and is tried again. */
const ALTER_LOCK_TIMEOUT = "1s";

async function alter(step: Extract<Step, { kind: "alter" }>, execution: Execution): Promise<void> {
  const { desired, workspace, ctx } = execution;
  const wait = new Wait(ctx, `waiting to alter ${desired.schema}.${desired.name}`);
  for (;;) {
    if (step.onlyWithValid) await requireValid(step.onlyWithValid, execution);
    if (await tryAlter(step.sqls, workspace)) return wait.over();
    const observed = await observe(workspace.observer, desired);
    const on = observed.kind === "index" ? observed.index.oid : 0;
    const others = await workersOn(workspace.observer, on, workspace.builder.pid);
    await wait.on(others.map(describeSession));
  }
}

async function tryAlter(sqls: readonly string[], { builder }: Workspace): Promise<boolean> {
  await builder.query("BEGIN");
  try {
    await builder.query("SELECT set_config('lock_timeout', $1, true)", [ALTER_LOCK_TIMEOUT]);
    for (const sql of sqls) await builder.query(sql);
    await builder.query("COMMIT");
    return true;
  } catch (error) {
    await builder.query("ROLLBACK");
    if (sqlState(error) === "55P03") return false;
    throw error;
  }
}

/** A name is only given to an index that can serve. */
async function requireValid(name: string, { desired, workspace }: Execution): Promise<void> {
  const observed = await observe(workspace.observer, { schema: desired.schema, name });
  const isValid = observed.kind === "index" && observed.index.valid && observed.index.ready;
  if (!isValid) throw new PgIndexError(notVerifiedAdvice(desired, `${name} is not valid`));
}

/** The server's clock, so that two machines that look at one database agree on how long the index has stood. */
export async function serverTime({ observer }: Pick<Workspace, "observer">): Promise<string> {
  const [row] = await observer.query<{ now: Date }>("SELECT clock_timestamp() AS now");
  if (!row) throw new Error("the server did not tell its time");
  return row.now.toISOString();
}
