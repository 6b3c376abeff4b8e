import type { CleanUp } from "./cleanUp.ts";
import { type BackupPlan, planBackup } from "./demoBackup.ts";
import { type Database, SIZES, startDatabase } from "./demoDatabase.ts";
import { STACKS, type StackName } from "./demoPaths.ts";
import { Stack } from "./demoStack.ts";
import { Cli } from "./pulumiCli.ts";
import { type Environment, freshEnvironment } from "./pulumiEnvironment.ts";
import { count } from "./resultTable.ts";
import type { Screen } from "./screen.ts";

/** A stack and its database. */
export interface Site {
  readonly stack: Stack;
  readonly database: Database;
}

/** Everything the story takes place in. */
export interface Scene extends Readonly<Record<StackName, Site>> {
  readonly screen: Screen;
  /** The environment in which `pulumi` works on these stacks. */
  readonly env: Environment;
  /** What becomes of production before its first change. */
  readonly backup: BackupPlan;
}

export async function setScene(
  screen: Screen,
  cleanUp: CleanUp,
  signal: AbortSignal,
): Promise<Scene> {
  const env = await freshEnvironment();
  const backup = planBackup();
  const { version } = backup;
  const [staging, production] = await screen.during("filling the databases", (detail) =>
    Promise.all([
      startDatabase({ name: "staging", version }, cleanUp, () => {}),
      startDatabase({ name: "production", version }, cleanUp, detail),
    ]),
  );
  signal.throwIfAborted();
  const databases = { staging, production };
  for (const name of STACKS) screen.say(`  ${describe(databases[name])}`);
  const cli = new Cli(screen, env, signal);
  // The last step deferred runs first: no server goes away while Pulumi works on it.
  cleanUp.defer(() => cli.settled());
  const stacks = { staging: new Stack("staging", cli), production: new Stack("production", cli) };
  for (const name of STACKS) await stacks[name].init(databases[name].url);
  return {
    screen,
    env,
    backup,
    staging: { stack: stacks.staging, database: staging },
    production: { stack: stacks.production, database: production },
  };
}

function describe({ name, server }: Database): string {
  const { states, messages } = SIZES[name];
  return (
    `${name}: PostgreSQL ${server.version} on ${server.host}:${server.port}, ` +
    `${count(states)} states, ${count(messages)} messages; an application reads and writes`
  );
}
