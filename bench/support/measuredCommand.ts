import { spawn } from "node:child_process";
import { peakMemory } from "../../tools/processes.ts";
import { type PeakMemory, watchMemory } from "./processMemory.ts";

/** A command that has ended well. */
export interface Ran extends PeakMemory {
  readonly seconds: number;
  /** What its own process had in memory at the most, in bytes. */
  readonly own: number;
  /** What it printed on standard output. */
  readonly text: string;
}

interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** By default only 0. */
  readonly exitCodes?: readonly number[];
}

const SAMPLE_MS = 100;

/** Runs a command, and measures it. */
export function measuredCommand(
  program: string,
  args: readonly string[],
  { cwd, env, exitCodes = [0] }: CommandOptions = {},
): Promise<Ran> {
  const started = performance.now();
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const memory = watchMemory(child.pid ?? 0);
  let own = 0;
  const sample = () => {
    own = Math.max(own, peakMemory(child.pid ?? 0) * 2 ** 20);
  };
  const timer = setInterval(sample, SAMPLE_MS);
  const said = { text: "", errors: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said.text += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    said.errors += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      const seconds = (performance.now() - started) / 1000;
      clearInterval(timer);
      const peak = memory.stop();
      const { text, errors } = said;
      if (exitCodes.includes(code ?? -1)) resolve({ seconds, own, text, ...peak });
      else reject(new Error(`${program} ${args.join(" ")}: exit code ${code}\n${text}${errors}`));
    });
  });
}
