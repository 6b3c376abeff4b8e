import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const SOURCES = new URL("../support/engine/engineSources.ts", import.meta.url).href;

export interface Child {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  readonly output: () => string;
  /** The signal that ended it, or its exit code. */
  readonly ended: Promise<string | number | null>;
}

/** A Node process that runs one of the scripts beside this file. */
export function startChild(script: string, ...args: readonly string[]): Child {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const process_ = spawn(process.execPath, ["--import", SOURCES, file, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [process_.stdout, process_.stderr])
    stream?.on("data", (chunk: Buffer) => {
      output += chunk;
    });
  const ended = new Promise<string | number | null>((resolve) => {
    process_.on("close", (code, signal) => resolve(signal ?? code));
  });
  return { process: process_, output: () => output, ended };
}
