import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { killAll, processesBelow, providersOf } from "../../../tools/processes.ts";
import { atEnd } from "../atEnd.ts";
import { addStack, createBackend, readStack } from "./pulumiBackend.ts";
import { until } from "./pulumiDatabase.ts";

const root = process.cwd();

/**
 * A command that has ended: its exit code (nothing when a signal ended it), and all that it
 * printed.
 */
export interface Ended {
  readonly code: number | undefined;
  readonly text: string;
}

/** A command that runs. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** What it has printed so far. */
  text(): string;
  /** Ctrl-C. */
  interrupt(): void;
  /** Waits until it has printed that. */
  printed(pattern: RegExp): Promise<void>;
}

/** A user's project in a folder of its own, run by the CLI as he types it. */
export interface Project {
  readonly directory: string;
  /** The folder of the states, with their history and backups. */
  readonly backend: string;
  /** What leads the CLI to the backend. */
  readonly env: Readonly<Record<string, string>>;
  /** Another configuration of a stack, in the place of the one that it has. */
  configure(stack: string, config: Config): void;
  /** The state's file of a stack, as it is stored. */
  stateOf(stack: string): string;
  start(...args: string[]): Running;
  /** Runs a command that has to succeed, and gives what it printed. */
  run(...args: string[]): Promise<string>;
  /** Runs a command that has to fail, and gives what it printed. */
  fail(...args: string[]): Promise<string>;
}

export interface ProjectOptions {
  /** The program (`index.js` or `index.ts`), and whatever else differs, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The configuration of each stack, of which the first is the one that is selected. */
  readonly stacks?: Readonly<Record<string, Config>>;
}

/** Names without a namespace are the project's own. */
type Config = Readonly<Record<string, string | readonly string[]>>;

const PULUMI_YAML = "name: tests\nruntime: nodejs\n";
const PACKAGE_JSON = JSON.stringify({ dependencies: { "pulumi-pgindex": "*" } });
/** As in the repository's own: Pulumi compiles without checking. */
const TSCONFIG = JSON.stringify({
  compilerOptions: { module: "node16", moduleResolution: "node16", strict: true, noCheck: true },
});

/** Removed after the last test of the file. Commands that still run then are killed. */
export function createProject(options: ProjectOptions): Project {
  const backend = createBackend();
  const { stacks = { dev: {} } } = options;
  const directory = mkdtempSync(join(tmpdir(), "pgindex-project-"));
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
  const files = {
    "Pulumi.yaml": PULUMI_YAML,
    "package.json": PACKAGE_JSON,
    "tsconfig.json": TSCONFIG,
    ...options.files,
  };
  const setting = (name: string) =>
    new RegExp(`^${name}: (.*)$`, "m").exec(files["Pulumi.yaml"])?.[1] ?? "";
  const [project, configFolder] = [setting("name"), setting("stackConfigDir")];
  for (const name of Object.keys(stacks)) addStack(backend, project, name);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  const configure = (stack: string, values: Config) => {
    const named = Object.entries(values).map(([key, value]) => [
      key.includes(":") ? key : `${project}:${key}`,
      value,
    ]);
    const file = join(directory, configFolder, `Pulumi.${stack}.yaml`);
    writeFileSync(file, JSON.stringify({ config: Object.fromEntries(named) }));
  };
  for (const [stack, values] of Object.entries(stacks))
    if (Object.keys(values).length > 0) configure(stack, values);
  const [PULUMI_STACK] = Object.keys(stacks);
  const running = new Set<number>();
  atEnd(() => {
    for (const pid of running) killAll([pid, ...processesBelow(pid).map((each) => each.pid)]);
    rmSync(directory, { recursive: true, force: true });
  });

  const start = (...args: string[]): Running => {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color=never"], {
      cwd: directory,
      env: { ...process.env, ...backend.env, PULUMI_STACK, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const pid = child.pid as number;
    running.add(pid);
    let text = `$ pulumi ${args.join(" ")}\n`;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        running.delete(pid);
        resolve({ code: code ?? undefined, text });
      });
    });
    return {
      pid,
      ended,
      text: () => text,
      interrupt: () => process.kill(pid, "SIGINT"),
      printed: async (pattern) => {
        await until(`${pattern} in ${text}`, () => pattern.test(text));
      },
    };
  };
  return {
    directory,
    backend: join(backend.directory, "backend"),
    env: backend.env,
    configure,
    stateOf: (stack) => readStack(backend, project, stack),
    start,
    run: async (...args) => {
      const { code, text } = await start(...args).ended;
      if (code !== 0) throw new Error(`exit code ${code}:\n${text}`);
      return text;
    },
    fail: async (...args) => {
      const { code, text } = await start(...args).ended;
      if (code === 0) throw new Error(`this should have failed:\n${text}`);
      return text;
    },
  };
}

/** The dynamic-provider process of a command that runs. */
export function providerOf(pid: number): number {
  const [found] = providersOf(pid);
  if (!found) throw new Error("the command runs no dynamic provider");
  return found;
}
