import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import automation, {
  type EngineEvent,
  type InlineProgramArgs,
  type OpMap,
  type PulumiFn,
  type Stack,
  type StackSettings,
} from "@pulumi/pulumi/automation/index.js";
import { afterAll } from "vitest";

const PROJECT = "tests";
const root = process.cwd();

/** A file backend with a passphrase, in a folder of its own. */
export interface Backend {
  readonly directory: string;
  /** What the CLI needs to use it, and to look up nothing outside. */
  readonly env: Readonly<Record<string, string>>;
}

/** Removed after the last test of the file. */
export function createBackend(): Backend {
  const directory = mkdtempSync(join(tmpdir(), "pgindex-pulumi-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, "backend"));
  const env = {
    PULUMI_BACKEND_URL: `file://${join(directory, "backend")}`,
    PULUMI_HOME: join(directory, "home"),
    PULUMI_CONFIG_PASSPHRASE: "passphrase of the tests",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
  };
  return { directory, env };
}

/** What one command did: what it printed, and the engine's events. */
export interface Run {
  readonly text: string;
  readonly events: readonly EngineEvent[];
  /** How many resources of each kind of change, providers left out. */
  readonly changes: OpMap;
  /** The stack's outputs after an `up`. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** A command that failed. */
export class RunError extends Error {
  readonly run: Run;
  constructor(run: Run) {
    super(run.text);
    this.run = run;
  }
}

/** The run of a command that has to fail. */
export async function failureOf(command: Promise<Run>): Promise<Run> {
  try {
    const { text } = await command;
    throw new Error(`this should have failed:\n${text}`);
  } catch (error) {
    if (error instanceof RunError) return error.run;
    throw error;
  }
}

export interface Line {
  readonly severity: string;
  readonly message: string;
  /** Replaced by the next one in the resource's row. */
  readonly ephemeral: boolean;
}

/** What was said in the row of one resource, in its order. */
export function linesOf(events: readonly EngineEvent[], resource: string): Line[] {
  return events
    .map(({ diagnosticEvent }) => diagnosticEvent)
    .filter((event) => event?.urn?.endsWith(`::${resource}`))
    .map((event) => ({
      severity: event?.severity ?? "",
      message: (event?.message ?? "").trimEnd(),
      ephemeral: event?.ephemeral ?? false,
    }));
}

/** The errors of one resource, as one text. */
export function errorsOf(run: Run, resource: string): string {
  const errors = linesOf(run.events, resource).filter(({ severity }) => severity === "error");
  return errors.map(({ message }) => message).join("\n");
}

export interface StackOptions {
  readonly backend: Backend;
  readonly name?: string;
  /** Of the provider's process, beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly config?: NonNullable<StackSettings["config"]>;
}

/** A stack of an inline program, run by the real engine and the real dynamic-provider process. */
export class TestStack {
  /** Everything that any command of this stack has printed, or sent as an event. */
  transcript = "";
  readonly name: string;
  readonly #stack: Stack;
  readonly #backend: Backend;

  /** Use `createStack`. */
  constructor(stack: Stack, backend: Backend) {
    this.name = stack.name;
    this.#stack = stack;
    this.#backend = backend;
  }

  /** Another program from now on. */
  set program(program: PulumiFn) {
    this.#stack.workspace.program = program;
  }

  preview(onEvent?: (event: EngineEvent) => void): Promise<Run> {
    return this.#run(onEvent, async (watch) => {
      const { stdout, changeSummary } = await this.#stack.preview({ diff: true, ...watch });
      return { text: stdout, changes: changeSummary };
    });
  }

  up(onEvent?: (event: EngineEvent) => void): Promise<Run> {
    return this.#run(onEvent, async (watch) => {
      const { stdout, summary, outputs } = await this.#stack.up({ showSecrets: false, ...watch });
      const values = Object.entries(outputs).map(([key, { value }]) => [key, value]);
      return {
        text: stdout,
        changes: summary.resourceChanges ?? {},
        outputs: Object.fromEntries(values),
      };
    });
  }

  refresh(): Promise<Run> {
    return this.#run(undefined, async (watch) => {
      const { stdout, summary } = await this.#stack.refresh({ showSecrets: false, ...watch });
      return { text: stdout, changes: summary.resourceChanges ?? {} };
    });
  }

  destroy(): Promise<Run> {
    return this.#run(undefined, async (watch) => {
      const { stdout, summary } = await this.#stack.destroy({ showSecrets: false, ...watch });
      return { text: stdout, changes: summary.resourceChanges ?? {} };
    });
  }

  async setConfig(key: string, value: string): Promise<void> {
    await this.#stack.setConfig(key, { value });
  }

  async setSecret(key: string, value: string): Promise<void> {
    await this.#stack.setConfig(key, { value, secret: true });
  }

  /** The state's file, as it is stored. */
  state(): string {
    const { directory } = this.#backend;
    const file = join(directory, "backend", ".pulumi", "stacks", PROJECT, `${this.name}.json`);
    return readFileSync(file, "utf8");
  }

  resources(): StoredResource[] {
    const { checkpoint } = JSON.parse(this.state()) as Checkpoint;
    return checkpoint.latest?.resources ?? [];
  }

  /** What the state holds of one resource. */
  resource(name: string): StoredResource {
    const found = this.resources().find(({ urn }) => urn.endsWith(`::${name}`));
    if (!found) throw new Error(`the state of ${this.name} holds no resource ${name}`);
    return found;
  }

  async #run(
    onEvent: ((event: EngineEvent) => void) | undefined,
    command: (watch: Watch) => Promise<Partial<Run> & { readonly text: string }>,
  ): Promise<Run> {
    const events: EngineEvent[] = [];
    const record = (event: EngineEvent) => {
      events.push(event);
      // Lines that only --debug shows: Pulumi's own SDK prints every property there, secrets too.
      if (event.diagnosticEvent?.prefix !== "debug: ")
        this.transcript += `${JSON.stringify(event)}\n`;
      onEvent?.(event);
    };
    const run = (part: Partial<Run> & { readonly text: string }): Run => {
      this.transcript += `${part.text}\n`;
      return { events, changes: {}, outputs: {}, ...part };
    };
    try {
      return run(await command({ onEvent: record }));
    } catch (error) {
      if (error instanceof automation.CommandError)
        throw new RunError(run({ text: error.message }));
      throw error;
    }
  }
}

interface Watch {
  readonly onEvent: (event: EngineEvent) => void;
}

interface Checkpoint {
  readonly checkpoint: { readonly latest?: { readonly resources?: StoredResource[] } };
}

export interface StoredResource {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

let stacks = 0;

export async function createStack(program: PulumiFn, options: StackOptions): Promise<TestStack> {
  const { backend, config } = options;
  const name = options.name ?? `stack${++stacks}`;
  const args: InlineProgramArgs = { projectName: PROJECT, stackName: name, program };
  const stack = await automation.LocalWorkspace.createOrSelectStack(args, {
    // `main` is where the provider's process looks for pulumi-pgindex.
    projectSettings: { name: PROJECT, runtime: "nodejs", main: root },
    envVars: { ...backend.env, ...options.env },
    ...(config ? { stackSettings: { [name]: { config } } } : {}),
  });
  return new TestStack(stack, backend);
}
