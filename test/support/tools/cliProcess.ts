import { spawn } from "node:child_process";
import { join } from "node:path";
import { atEnd } from "../atEnd.ts";

const ROOT = join(import.meta.dirname, "../../..");
const PROGRAM = [
  "--import",
  join(ROOT, "test/support/engine/engineSources.ts"),
  join(ROOT, "providers/pgindex/src/cli/main.ts"),
];

/** A running `pgindex`, a process of its own. */
export interface CliProcess {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** The exit code, null after a signal, and all that it printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>;
}

export function startCli(args: readonly string[], url: string): CliProcess {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const env = { PATH, NODE_COMPILE_CACHE, DATABASE_URL: url };
  const child = spawn(process.execPath, [...PROGRAM, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  atEnd(async () => void child.kill("SIGKILL"));
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data) => {
      said += data;
    });
  const ended = new Promise<{ code: number | null; said: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, said })),
  );
  return { pid: child.pid ?? 0, kill: (signal) => child.kill(signal), ended };
}
