import { isDeepStrictEqual } from "node:util";
import {
  HANDLERS,
  type ResourceName,
} from "../../providers/pgindex/src/resources/resourceNames.ts";
import { type ProviderProcess, startProvider } from "../support/pulumi/pulumiProvider.ts";
import type { Line } from "../support/pulumi/pulumiRun.ts";
import {
  CallError,
  check,
  create,
  diff,
  type Properties,
  read,
  remove,
  type State,
  update,
} from "./calls.ts";
import { type EngineLine, startEngineLog } from "./engineLog.ts";

/** What became of the resource, or would become of it. */
export interface Told {
  readonly change: "same" | "create" | "update" | "replace" | "delete";
  /** What was said in its row. */
  readonly lines: readonly Line[];
}

export const textsOf = ({ lines }: Told) => lines.map(({ message }) => message).join("\n");

/** What the provider refused, with all of its reasons. */
export class Refusal extends Error {}

/** The reasons of a command that has to be refused. */
export async function refusalOf(command: Promise<unknown>): Promise<string> {
  try {
    await command;
    throw new Error("this should have been refused");
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

/** A provider's process that is configured, and the engine's end of its log. */
export interface Opened {
  readonly process: ProviderProcess;
  readonly lines: readonly EngineLine[];
  /**
   * Begins a command. Gives the text by which the process loads the provider for it; `goesOn`: for
   * another kind of resource in the command before.
   */
  begin(kind: string, goesOn?: boolean): string;
}

/**
 * Starts a process. `config` is what a Connection or the stack gives it: `pgindex:url` and so on.
 */
export async function openProvider(
  env: Readonly<Record<string, string>>,
  config: Readonly<Record<string, string>> = {},
): Promise<Opened> {
  const { address, lines } = await startEngineLog();
  const process = await startProvider(env, address);
  await process.configure(config);
  let commands = 0;
  const begin = (kind: string, goesOn = false) => {
    if (goesOn) return `${providerText(kind)} // ${commands}`;
    commands += 1;
    return commands === 1 ? providerText(kind) : anewText(kind, commands);
  };
  return { process, lines, begin };
}

function providerText(kind: string): string {
  return `exports.handler = () => require("pulumi-pgindex/provider").v1.${kind}`;
}

/** Loads the package anew, so that nothing is left of what the last command has looked up. */
function anewText(kind: string, command: number): string {
  return `exports.handler = () => {
    const entry = require.resolve("pulumi-pgindex/provider");
    const folder = require("path").dirname(entry);
    for (const file of Object.keys(require.cache))
      if (file.startsWith(folder)) delete require.cache[file];
    return require(entry).v1.${kind}; // ${command}
  }`;
}

/** One process for all commands, as if it were one for each, which the engine has. */
export function oneProvider(...args: Parameters<typeof openProvider>): () => Promise<Opened> {
  let opened: Promise<Opened> | undefined;
  return () => {
    opened ??= openProvider(...args);
    return opened;
  };
}

/** That process with another configuration, for commands that come one after the other. */
export function configured(
  open: () => Promise<Opened>,
  config: Readonly<Record<string, string>>,
): () => Promise<Opened> {
  return async () => {
    const opened = await open();
    await opened.process.configure(config);
    return opened;
  };
}

/** One command of that process: what it has been asked for counts for what is asked later. */
export function oneCommand(open: () => Promise<Opened>): () => Promise<Opened> {
  const texts = new Map<string, string>();
  return async () => {
    const opened = await open();
    const begin = (kind: string) => {
      const text = texts.get(kind) ?? opened.begin(kind, texts.size > 0);
      texts.set(kind, text);
      return text;
    };
    return { ...opened, begin };
  };
}

type Kind = (typeof HANDLERS)[ResourceName];

/**
 * A resource that the real provider process is asked for as the engine asks, call by call, in its
 * order.
 */
export class Resource {
  /** Nothing while there is none. */
  state: State | undefined;
  /** All that was answered or said, for who looks for what must not be there. */
  transcript = "";
  #hidden: Properties;
  readonly #urn: string;

  readonly #kind: Kind;
  readonly #open: () => Promise<Opened>;

  constructor(kind: Kind, open: () => Promise<Opened>, name = "it") {
    this.#kind = kind;
    this.#open = open;
    const type = Object.entries(HANDLERS).find(([, its]) => its === kind)?.[0];
    this.#urn = `urn:pulumi:dev::tests::pulumi-nodejs:pgindex:${type}::${name}`;
    this.#hidden = { __urn: this.#urn };
  }

  /** What the state holds of it; fails where there is nothing. */
  get outputs(): Properties {
    if (!this.state) throw new Error("there is no such resource");
    return this.state.outputs;
  }

  preview(args: object): Promise<Told> {
    const looks = this.#kind === "index" || this.#kind === "drizzleStatements";
    const preview = looks ? { __preview: true } : {};
    return this.#told(
      async (process) => (await this.#planned(process, { ...args, ...preview })).change,
    );
  }

  up(args: object): Promise<Told> {
    return this.#told(async (process) => {
      const { change, inputs, first } = await this.#planned(process, args);
      await this.#made(inputs, async () => {
        const old = this.state;
        if (change === "same" && old) this.state = { ...old, inputs };
        if (change === "update" && old) this.state = await update(process, old, inputs);
        if (change === "create") this.state = await create(process, inputs);
        if (change !== "replace" || !old) return;
        if (first === "delete") await remove(process, old);
        this.state = await create(process, inputs);
        if (first === "create") await remove(process, old);
      });
      return change;
    });
  }

  refresh(): Promise<Told> {
    return this.#told(async (process) => {
      const old = this.state;
      if (!old) return "same";
      this.state = await read(process, old);
      if (!this.state) return "delete";
      return isDeepStrictEqual(this.state.outputs, old.outputs) ? "same" : "update";
    });
  }

  destroy(): Promise<Told> {
    return this.#told(async (process) => {
      if (!this.state) return "same";
      await remove(process, this.state);
      this.state = undefined;
      return "delete";
    });
  }

  async #planned(process: ProviderProcess, args: object) {
    const { inputs, failures } = await check(process, this.state?.inputs ?? {}, {
      ...args,
      ...this.#hidden,
    });
    if (failures.length > 0) throw new Refusal(failures.join("\n"));
    if (!this.state) return { change: "create", inputs, first: "create" } as const;
    const { changes, replaces, deleteBeforeReplace } = await diff(process, this.state, inputs);
    const first = deleteBeforeReplace ? "delete" : "create";
    if (replaces.length > 0) return { change: "replace", inputs, first } as const;
    const isChanged = changes ?? !isDeepStrictEqual(this.state.inputs, inputs);
    return { change: isChanged ? "update" : "same", inputs, first } as const;
  }

  /** What was made is kept, also where it is not as it should be. */
  async #made(inputs: Properties, change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (error) {
      if (error instanceof CallError && error.made) this.state = { ...error.made, inputs };
      throw error;
    }
  }

  /** The state has the text too, and another one would be a replacement. */
  #loadWith(__provider: string): void {
    this.#hidden = { __provider, __urn: this.#urn };
    if (!this.state) return;
    const { id, inputs, outputs } = this.state;
    const isDynamic = outputs.__provider !== undefined;
    const loaded = (properties: Properties) =>
      isDynamic ? { ...properties, __provider } : properties;
    this.state = { id, inputs: loaded(inputs), outputs: loaded(outputs) };
  }

  async #told(command: (process: ProviderProcess) => Promise<Told["change"]>): Promise<Told> {
    const { process, lines, begin } = await this.#open();
    this.#loadWith(begin(this.#kind));
    const before = lines.length;
    const said = () => lines.slice(before).filter(({ urn }) => urn === this.#urn);
    try {
      const change = await command(process);
      return { change, lines: said().map(({ urn: _, ...line }) => line) };
    } catch (error) {
      this.transcript += `${(error as Error).message}\n`;
      throw error instanceof CallError ? new Refusal(error.message) : error;
    } finally {
      this.transcript += `${JSON.stringify([lines.slice(before), this.state])}\n${process.log}\n`;
    }
  }
}
