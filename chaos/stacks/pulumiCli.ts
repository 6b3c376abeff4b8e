import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  commandOf,
  killAll,
  type Process,
  peakMemory,
  processesBelow,
  providersOf,
} from "../../tools/processes.ts";
import type { RunFolder } from "./runFolder.ts";

/** Something done to a command that it cannot be blamed for. */
export type Interference = "kill CLI" | "kill provider" | "interrupt";

export interface Ended {
  /** Undefined if a signal ended it. */
  readonly code: number | undefined;
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly interference: readonly Interference[];
}

/** Processes started by commands that were killed. */
const orphans: Process[] = [];

/** Ends the ones that outlive the run. A pid that another process has taken since is left alone. */
export function killOrphans(): void {
  const isStill = ({ pid, command }: Process) => commandOf(pid) === command;
  killAll(orphans.filter(isStill).map(({ pid }) => pid));
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment shared by two stacks of one backend. */
export function environmentOf(folder: RunFolder, databaseUrl: string): Environment {
  return {
    ...process.env,
    PULUMI_BACKEND_URL: pathToFileURL(folder.state).href,
    PULUMI_CONFIG_PASSPHRASE: randomBytes(18).toString("base64url"),
    PULUMI_HOME: folder.home,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    DATABASE_URL: databaseUrl,
  };
}

/** One Pulumi CLI: one command at a time, on one stack. */
export class Cli {
  readonly stack: string;
  readonly #folder: RunFolder;
  readonly #env: Environment;
  #pid: number | undefined;
  #interference: Interference[] = [];

  constructor(stack: string, folder: RunFolder, env: Environment) {
    this.stack = stack;
    this.#folder = folder;
    this.#env = env;
  }

  get isRunning(): boolean {
    return this.#pid !== undefined;
  }

  async run(args: readonly string[], env: Environment = {}): Promise<Ended> {
    const from = Date.now();
    const command = [...args, "--non-interactive", "--color=never"];
    const child = spawn("pulumi", command, {
      cwd: this.#folder.program,
      env: { ...this.#env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // Out of reach of the terminal's Ctrl-C: whoever started it stops it.
      detached: true,
    });
    this.#pid = child.pid;
    this.#interference = [];
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
    // Not "close": processes started by a killed command keep its pipes open.
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", resolve);
    });
    this.#pid = undefined;
    this.#log(args, text, code);
    return {
      code: code ?? undefined,
      text,
      from,
      to: Date.now(),
      interference: this.#interference,
    };
  }

  /**
   * SIGKILL, like the end of a CI job: whatever it started lives on. Returns whether there was
   * something to kill.
   */
  kill(): boolean {
    if (this.#pid === undefined) return false;
    orphans.push(...processesBelow(this.#pid));
    this.#interference.push("kill CLI");
    killAll([this.#pid]);
    return true;
  }

  killProvider(): boolean {
    const providers = this.#pid === undefined ? [] : providersOf(this.#pid);
    if (providers.length === 0) return false;
    this.#interference.push("kill provider");
    killAll(providers);
    return true;
  }

  /** The peak resident memory of the running command's providers, in MB; 0 if there are none. */
  providersPeak(): number {
    const providers = this.#pid === undefined ? [] : providersOf(this.#pid);
    return Math.max(0, ...providers.map(peakMemory));
  }

  /** Ctrl-C, once. */
  interrupt(): boolean {
    if (this.#pid === undefined) return false;
    this.#interference.push("interrupt");
    process.kill(this.#pid, "SIGINT");
    return true;
  }

  /** Ends it together with everything it started. */
  end(): void {
    if (this.#pid !== undefined)
      killAll([this.#pid, ...processesBelow(this.#pid).map(({ pid }) => pid)]);
  }

  #log(args: readonly string[], text: string, code: number | null): void {
    const log = join(this.#folder.logs, `pulumi-${this.stack}.log`);
    const header = `${new Date().toISOString()} $ pulumi ${args.join(" ")}`;
    appendFileSync(log, `${header}\n${text}=> ${code ?? "killed"}\n\n`);
  }
}
