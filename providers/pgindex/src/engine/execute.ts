import type { Context } from "./context";
import type { DesiredIndex } from "./model";
import { runWatched } from "./monitor";
import type { Plan, Step } from "./plan";
import type { Workspace } from "./workspace";

/** What the steps did. */
export interface Executed {
  readonly adopted: boolean;
  /** Server time at the end of the build, ISO 8601; undefined when nothing was built. */
  readonly builtAt?: string;
  /** Duration of CREATE INDEX CONCURRENTLY in seconds, waits included. */
  readonly buildSeconds?: number;
}

/** What happens around the steps that is not theirs. */
export interface Hooks {
  /** Called right before CREATE INDEX, while the queries still run without the index. */
  readonly beforeBuild?: () => Promise<void>;
}

/** Runs the steps of a plan in their order, each announced with its reason. */
export async function execute(
  steps: Extract<Plan, { kind: "steps" }>["steps"],
  desired: DesiredIndex,
  workspace: Workspace,
  ctx: Context,
  hooks: Hooks,
): Promise<Executed> {
  let done: Executed = { adopted: false };
  for (const step of steps)
    done = {
      ...done,
      ...(await executeStep(step, desired, workspace, ctx, hooks)),
    };
  return done;
}

async function executeStep(
  step: Step,
  desired: DesiredIndex,
  workspace: Workspace,
  ctx: Context,
  hooks: Hooks,
): Promise<Partial<Executed>> {
  switch (step.kind) {
    case "adopt":
      ctx.log("info", `adopted ${desired.schema}.${desired.name}: ${step.why}; nothing was built`);
      return { adopted: true };
    case "dropLeftover":
      ctx.log("info", `recovering ${desired.schema}.${desired.name}: ${step.why}. ${step.sql}`);
      await runWatched(step.sql, {
        ...workspace,
        ctx,
        verb: "dropping the leftover",
      });
      return {};
    case "build":
      await hooks.beforeBuild?.();
      return build(step.sql, workspace, ctx);
    case "analyze":
      await runWatched(step.sql, { ...workspace, ctx, verb: "ANALYZE" });
      return {};
  }
}

async function build(sql: string, workspace: Workspace, ctx: Context): Promise<Partial<Executed>> {
  const started = performance.now();
  await runWatched(sql, { ...workspace, ctx, verb: "building" });
  const buildSeconds = Math.round(performance.now() - started) / 1000;
  return { builtAt: await serverTime(workspace), buildSeconds };
}

/** The server's clock, so that two machines that look at one database agree on how long the index has stood. */
export async function serverTime({ observer }: Pick<Workspace, "observer">): Promise<string> {
  const [row] = await observer.query<{ now: Date }>("SELECT clock_timestamp() AS now");
  if (!row) throw new Error("the server did not tell its time");
  return row.now.toISOString();
}
