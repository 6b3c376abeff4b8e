import automation, {
  type Deployment,
  type EngineEvent,
  type OpMap,
  type PulumiFn,
  type Stack,
  type StackSettings,
} from "@pulumi/pulumi/automation/index.js";
import {
  addStack,
  type Backend,
  outputsIn,
  readStack,
  resourcesIn,
  type StoredResource,
} from "./pulumiBackend.ts";
import { type Run, RunError } from "./pulumiRun.ts";

const PROJECT = "tests";
const root = process.cwd();

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
  name: string;
  #stack: Stack;
  readonly #backend: Backend;

  /** Use `createStack`. */
  constructor(stack: Stack, backend: Backend) {
    this.name = stack.name;
    this.#stack = stack;
    this.#backend = backend;
    // Three more runs of the CLI after each command, for what its events and the state's file say
    // too.
    stack.info = async () => undefined;
    stack.outputs = async () => ({});
  }

  /** Another program from now on. */
  set program(program: PulumiFn) {
    this.#stack.workspace.program = program;
  }

  /** More variables for the provider's process, from now on. */
  addEnv(env: Readonly<Record<string, string>>): void {
    Object.assign(this.#stack.workspace.envVars, env);
  }

  preview(onEvent?: (event: EngineEvent) => void): Promise<Run> {
    return this.#run(onEvent, (watch) => this.#stack.preview({ diff: true, ...watch }));
  }

  up(onEvent?: (event: EngineEvent) => void): Promise<Run> {
    return this.#run(onEvent, (watch) => this.#stack.up({ showSecrets: false, ...watch }));
  }

  /** `up --target` of the resources with these names. */
  upOnly(...names: readonly string[]): Promise<Run> {
    const target = targets(names);
    return this.#run(undefined, (watch) =>
      this.#stack.up({ showSecrets: false, target, ...watch }),
    );
  }

  /** `destroy --target` of the resources with these names. */
  destroyOnly(...names: readonly string[]): Promise<Run> {
    const target = targets(names);
    return this.#run(undefined, (watch) =>
      this.#stack.destroy({ showSecrets: false, target, ...watch }),
    );
  }

  refresh(): Promise<Run> {
    return this.#run(undefined, (watch) => this.#stack.refresh({ showSecrets: false, ...watch }));
  }

  /** `refresh --run-program`, which renews what the program exports too. */
  refreshOutputs(): Promise<Run> {
    return this.#run(undefined, (watch) =>
      this.#stack.refresh({ showSecrets: false, runProgram: true, ...watch }),
    );
  }

  destroy(): Promise<Run> {
    return this.#run(undefined, (watch) => this.#stack.destroy({ showSecrets: false, ...watch }));
  }

  /** `pulumi stack rename`. */
  async rename(name: string): Promise<void> {
    const { workspace } = this.#stack;
    await this.#stack.rename({ stackName: name });
    this.name = name;
    this.#stack = await automation.Stack.select(name, workspace);
  }

  /** Takes over a state, as `pulumi stack import` does. */
  async importState(deployment: Deployment): Promise<void> {
    await this.#stack.importStack(deployment);
  }

  /** `config set-all --secret`. */
  async setSecrets(secrets: Readonly<Record<string, string>>): Promise<void> {
    const config = Object.entries(secrets).map(([key, value]) => [key, { value, secret: true }]);
    await this.#stack.setAllConfig(Object.fromEntries(config));
  }

  /** The state's file, as it is stored. */
  state(): string {
    return readStack(this.#backend, PROJECT, this.name);
  }

  resources(): StoredResource[] {
    return resourcesIn(this.state());
  }

  /** What the program exported, as the state holds it. */
  outputs(): StoredResource["outputs"] {
    return outputsIn(this.state());
  }

  /** What the state holds of one resource. */
  resource(name: string): StoredResource {
    const found = this.resources().find(({ urn }) => urn.endsWith(`::${name}`));
    if (!found) throw new Error(`the state of ${this.name} holds no resource ${name}`);
    return found;
  }

  async #run(
    onEvent: ((event: EngineEvent) => void) | undefined,
    command: (watch: Watch) => Promise<{ readonly stdout: string }>,
    isFirst = true,
  ): Promise<Run> {
    const events: EngineEvent[] = [];
    const record = (event: EngineEvent) => {
      events.push(event);
      // Lines that only --debug shows: Pulumi's own SDK prints every property there, secrets too.
      if (event.diagnosticEvent?.prefix !== "debug: ")
        this.transcript += `${JSON.stringify(event)}\n`;
      onEvent?.(event);
    };
    const run = (text: string): Run => {
      this.transcript += `${text}\n`;
      return { text, events, changes: changesIn(events) };
    };
    try {
      return run((await command({ onEvent: record })).stdout);
    } catch (error) {
      if (isFirst && hasNotBegun(error, events)) return this.#run(onEvent, command, false);
      if (error instanceof automation.CommandError) throw new RunError(run(error.message));
      throw error;
    }
  }
}

/** On a busy machine the CLI gives up before it has reached the program, which this process is. */
function hasNotBegun(error: unknown, events: readonly EngineEvent[]): boolean {
  const isUnreached = /14 UNAVAILABLE: No connection established/.test(String(error));
  return isUnreached && !events.some(({ resourcePreEvent }) => resourcePreEvent);
}

const targets = (names: readonly string[]) => names.map((name) => `**::${name}`);

/** How many resources of each kind of change, as the engine sums them up at the end. */
function changesIn(events: readonly EngineEvent[]): OpMap {
  const [summary] = events.flatMap(({ summaryEvent }) => summaryEvent ?? []);
  return summary?.resourceChanges ?? {};
}

interface Watch {
  readonly onEvent: (event: EngineEvent) => void;
}

let stacks = 0;
let cli: ReturnType<typeof automation.PulumiCommand.get> | undefined;

export async function createStack(program: PulumiFn, options: StackOptions): Promise<TestStack> {
  const { backend, config } = options;
  const name = options.name ?? `stack${++stacks}`;
  addStack(backend, PROJECT, name);
  cli ??= automation.PulumiCommand.get({ skipVersionCheck: true });
  const workspace = await automation.LocalWorkspace.create({
    pulumiCommand: await cli,
    program,
    // `main` is where the provider's process looks for pulumi-pgindex.
    projectSettings: { name: PROJECT, runtime: "nodejs", main: root },
    envVars: { ...backend.env, ...options.env },
    stackSettings: { [name]: { config: config ?? {} } },
  });
  // It is there, and each command names it.
  workspace.selectStack = async () => undefined;
  return new TestStack(await automation.Stack.select(name, workspace), backend);
}
