import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { LOGS, ROOT } from "./demoPaths.ts";
import type { Environment } from "./pulumiEnvironment.ts";
import { rowsOfPulumi } from "./pulumiOutput.ts";
import type { Screen } from "./screen.ts";

/** For a log rather than a terminal: everyone sees the same text. */
const PLAIN = ["--non-interactive", "--color", "never"];
const PATIENCE_MS = 20_000;

export interface RunOptions {
  /** Standard input, and how to type it, for anything that must not be an argument. */
  readonly input?: { readonly text: string; readonly typed: string };
  /** How much of it the watcher sees; by default "all". */
  readonly shows?: "all" | "command" | "nothing";
  /** Arguments that the watcher need not see. */
  readonly unseen?: readonly string[];
}

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  /** Both streams, interleaved as they arrived. */
  readonly output: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Runs the Pulumi CLI while the watcher looks on. */
export class Cli {
  readonly #screen: Screen;
  readonly #env: Environment;
  readonly #signal: AbortSignal;
  #running: Promise<unknown> = Promise.resolve();

  constructor(screen: Screen, env: Environment, signal: AbortSignal) {
    this.#screen = screen;
    this.#env = env;
    this.#signal = signal;
  }

  /** Throws if the command fails. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const outcome = await this.try(args, options);
    if (outcome.exitCode === 0) return outcome;
    const unseen = isShown(options) ? "" : `:\n${outcome.output}`;
    throw new Error(`pulumi ${args.join(" ")} ended with code ${outcome.exitCode}${unseen}`);
  }

  /** Returns the outcome even if the command fails. */
  async try(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    this.#signal.throwIfAborted();
    const words = ["pulumi", ...args, ...(options.input ? [options.input.typed] : [])];
    if (options.shows !== "nothing") this.#screen.command(words.join(" "));
    const work = this.#screen.during(`pulumi ${args[0]}`, () =>
      this.#execute([...args, ...(options.unseen ?? [])], options),
    );
    this.#running = work.catch(() => undefined);
    const outcome = await work;
    await appendFile(join(LOGS, "pulumi.log"), `$ ${words.join(" ")}\n${outcome.output}\n\n`);
    this.#signal.throwIfAborted();
    return outcome;
  }

  /** Waits for the running command, if any. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #execute(args: readonly string[], options: RunOptions): Promise<Outcome> {
    const startedAt = Date.now();
    const command = execa("pulumi", [...args, ...PLAIN], {
      cwd: ROOT,
      env: this.#env,
      extendEnv: false,
      input: options.input?.text ?? "",
      all: true,
      reject: false,
      // Out of reach of the terminal's Ctrl-C, because Pulumi takes a second one to mean "leave
      // everything as it is".
      detached: true,
      cancelSignal: this.#signal,
      killSignal: "SIGINT",
      forceKillAfterDelay: PATIENCE_MS,
    });
    if (isShown(options)) {
      const isWorthARow = rowsOfPulumi();
      for await (const line of command.iterable({ from: "all" }))
        if (isWorthARow(line)) this.#screen.echo(line);
    }
    const { exitCode, stdout, all, failed, shortMessage } = await command;
    if (exitCode === undefined && failed) throw new Error(shortMessage);
    return {
      exitCode: exitCode ?? 1,
      stdout,
      output: all,
      startedAt,
      endedAt: Date.now(),
    };
  }
}

function isShown({ shows = "all" }: RunOptions): boolean {
  return shows === "all";
}
