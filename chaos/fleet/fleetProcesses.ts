// pgindex fleet as people run it: a process for each command.
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { peakMemory } from "../../tools/processes.ts";
import type { FleetScene } from "./fleetScene.ts";

const COMMAND = join(import.meta.dirname, "../../providers/pgindex/dist/cli/main.js");

/** Where a fleet's file is, and what its commands find in their environment. */
export type FleetPlace = Pick<FleetScene, "folder" | "env">;

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs one command to its end. */
export async function fleet(at: FleetPlace, ...args: readonly string[]): Promise<Ended> {
  const child = start(at, args);
  let out = "";
  let err = "";
  child.stdout?.on("data", (data) => (out += data));
  child.stderr?.on("data", (data) => (err += data));
  const code = await ended(child);
  return { code, out, err };
}

/** Some workers, of which each that ends by force is replaced. */
export class Workers {
  readonly #scene: FleetScene;
  readonly #running = new Map<number, ChildProcess>();
  /** The greatest memory of any worker so far, in MB; 0 where there is no /proc. */
  peakMb = 0;
  killed = 0;

  constructor(scene: FleetScene) {
    this.#scene = scene;
  }

  start(count: number, ...args: readonly string[]): void {
    for (let i = 0; i < count; i += 1) {
      const child = start(this.#scene, ["work", ...args]);
      const { pid } = child;
      if (pid === undefined) throw new Error("a worker did not start");
      const log = createWriteStream(join(this.#scene.folder, `worker-${pid}.log`));
      child.stdout?.pipe(log);
      child.stderr?.pipe(log);
      this.#running.set(pid, child);
      child.once("exit", () => this.#running.delete(pid));
    }
  }

  /** Looks at the memory of those that run. */
  measure(): void {
    this.peakMb = Math.max(this.peakMb, ...this.pids.map((pid) => Math.round(peakMemory(pid))));
  }

  get pids(): number[] {
    return [...this.#running.keys()];
  }

  /** The worker of this pid, or any one. Another one takes its place. */
  async kill(pid = this.pids[Math.floor(Math.random() * this.pids.length)], ...args: string[]) {
    if (pid === undefined) return;
    const child = this.#running.get(pid);
    if (!child) return;
    child.kill("SIGKILL");
    await ended(child);
    this.killed += 1;
    this.start(1, ...args);
  }

  /** Asks all of them to stop, and waits until they have. */
  async stop(): Promise<void> {
    const children = [...this.#running.values()];
    for (const child of children) child.kill("SIGTERM");
    const killing = sleep(20_000, undefined, { ref: false }).then(() => {
      for (const child of children) child.kill("SIGKILL");
    });
    await Promise.race([Promise.all(children.map(ended)), killing]);
  }
}

function start({ folder, env }: FleetPlace, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [COMMAND, "fleet", ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once("close", resolve));
}
