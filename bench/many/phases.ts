import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execute } from "../support/freshDatabase.ts";
import type { Ran } from "../support/measuredCommand.ts";
import type { Counted, ServerCounters, StatementKind } from "../support/serverCounters.ts";
import {
  dropStatements,
  floorProgram,
  INDEX_TYPE,
  indexProgram,
  indexStatements,
  tablesOf,
} from "./programs.ts";
import { Project } from "./project.ts";

/** One command of a run, measured. */
export interface Phase extends Omit<Ran, "text"> {
  readonly name: string;
  /** Of the same command with resources that do nothing, in the same run. */
  readonly floor?: Omit<Ran, "text">;
  readonly server: Counted;
  readonly kinds?: readonly StatementKind[];
}

/** One run with one number of indexes. */
export interface Run {
  readonly indexes: number;
  readonly phases: readonly Phase[];
  readonly stateBytes: number;
}

interface Command {
  readonly name: string;
  readonly args: readonly string[];
  /** It can be measured again on the same stack. */
  readonly changesNothing?: boolean;
}

const REFRESH: Command = {
  name: "refresh",
  args: ["refresh", "--yes", "--skip-preview"],
  changesNothing: true,
};

/** The commands, in the order in which a stack sees them. */
const COMMANDS: readonly Command[] = [
  { name: "preview", args: ["preview"], changesNothing: true },
  { name: "first up (build)", args: ["up", "--yes", "--skip-preview"] },
  { name: "preview, nothing to do", args: ["preview"], changesNothing: true },
  { name: "up, nothing to do", args: ["up", "--yes", "--skip-preview"], changesNothing: true },
  REFRESH,
  { name: "destroy", args: ["destroy", "--yes", "--skip-preview"] },
];
const ADOPTING: typeof COMMANDS = [
  { name: "preview (adopt)", args: ["preview"], changesNothing: true },
  { name: "first up (adopt)", args: ["up", "--yes", "--skip-preview"] },
];

export interface Bench {
  readonly url: string;
  readonly counters: ServerCounters;
  readonly showsKinds: boolean;
  /** How often a command is measured that changes nothing. */
  readonly repeats: number;
  /** Whether the command of this name is run. */
  readonly runs: (name: string) => boolean;
  /** False: Pulumi writes the state at the end of a command, not after each of its steps. */
  readonly hasCheckpoints?: boolean;
}

/** https://www.pulumi.com/docs/iac/cli/environment-variables/ */
const NO_CHECKPOINTS = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

/**
 * Runs every phase once, on tables that are there and have no index. Each command runs right after
 * the floor's, since the speed of a machine changes within minutes.
 */
export async function runOnce(bench: Bench, indexes: number): Promise<Run> {
  const env = bench.hasCheckpoints === false ? NO_CHECKPOINTS : {};
  const inStacks = (commands: typeof COMMANDS) =>
    inProject(floorProgram(indexes), env, (floor) =>
      inProject(indexProgram(indexes), { ...env, DATABASE_URL: bench.url }, (project) =>
        measured(bench, { floor, project }, commands),
      ),
    );
  const built = await inStacks(COMMANDS);
  await execute(bench.url, [
    ...dropStatements(tablesOf(indexes)),
    ...indexStatements(tablesOf(indexes)),
  ]);
  const adopted = await inStacks(ADOPTING);
  const phases = [...built.phases, ...adopted.phases];
  return { indexes, phases, stateBytes: Math.max(built.stateBytes, adopted.stateBytes) };
}

interface Projects {
  readonly floor: Project;
  readonly project: Project;
}

async function measured(
  bench: Bench,
  projects: Projects,
  commands: typeof COMMANDS,
): Promise<Pick<Run, "phases" | "stateBytes">> {
  const phases: Phase[] = [];
  let stateBytes = 0;
  for (const command of commands.filter(({ name }) => bench.runs(name))) {
    const done: Phase[] = [];
    const times = command.changesNothing ? bench.repeats : 1;
    for (let i = 0; i < times; i += 1) done.push(await besideFloor(bench, projects, command));
    phases.push(...done);
    if (command === REFRESH && bench.hasCheckpoints !== false)
      phases.push(...(await besideLaden(done, projects.project)));
    stateBytes = Math.max(stateBytes, projects.project.stateBytes(INDEX_TYPE));
  }
  return { phases, stateBytes };
}

async function besideFloor(
  { counters, showsKinds }: Bench,
  { floor: nothings, project }: Projects,
  { name, args }: Command,
): Promise<Phase> {
  const { text: _, ...floor } = await nothings.run(...args);
  await counters.start();
  const { text: __, ...ran } = await project.run(...args);
  const server = await counters.stop();
  const kinds = showsKinds ? { kinds: await counters.kinds() } : {};
  return { name, ...ran, floor, server, ...kinds };
}

/**
 * The refreshes again, held against resources that do nothing and have the outputs of an index,
 * which a refresh hands to the provider and back, twice.
 */
function besideLaden(refreshes: readonly Phase[], like: Project): Promise<Phase[]> {
  const indexes = like.resources(INDEX_TYPE);
  const { __provider: _, ...outputs } = indexes[0]?.outputs ?? {};
  const file = join(like.directory, "outputs.json");
  writeFileSync(file, JSON.stringify(outputs));
  return inProject(floorProgram(indexes.length, file), {}, async (laden) => {
    laden.env.PULUMI_SKIP_CHECKPOINTS = "true";
    await laden.run("up", "--yes", "--skip-preview");
    delete laden.env.PULUMI_SKIP_CHECKPOINTS;
    const phases: Phase[] = [];
    for (const refresh of refreshes) {
      const { text: __, ...floor } = await laden.run(...REFRESH.args);
      phases.push({ ...refresh, name: "refresh, a floor of as many outputs", floor });
    }
    return phases;
  });
}

/** Runs work in a new stack of a program. */
export async function inProject<T>(
  program: string,
  env: Readonly<Record<string, string>>,
  work: (project: Project) => Promise<T>,
): Promise<T> {
  const project = new Project(program, env);
  try {
    await project.run("stack", "init", "bench");
    return await work(project);
  } finally {
    project.remove();
  }
}
