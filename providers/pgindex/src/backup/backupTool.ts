import { type ChildProcess, spawn } from "node:child_process";
import { CancelledError } from "../engine/errors/advice";
import type { Context } from "../engine/operation/context";

/** The result of running a program. */
export interface ToolResult {
  /** Exit code; 127 if the program does not exist. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ToolOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly ctx?: Context;
  /** Called twice a second while it runs. */
  readonly onTick?: (elapsedMs: number) => void;
}

const TICK_MS = 500;
/** How many characters of each stream to keep, from its end. */
const KEPT = 1_000_000;

/** Runs a program without a shell. Cancelling stops it and throws {@link CancelledError}. */
export async function runTool(
  [program = "", ...args]: readonly string[],
  { env, ctx, onTick }: ToolOptions,
): Promise<ToolResult> {
  const started = performance.now();
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const stop = () => child.kill("SIGTERM");
  ctx?.signal.addEventListener("abort", stop, { once: true });
  const ticking = onTick && setInterval(() => onTick(performance.now() - started), TICK_MS);
  try {
    const result = await ended(child);
    if (ctx?.signal.aborted) throw new CancelledError("cancelled; no backup was made");
    return result;
  } finally {
    clearInterval(ticking);
    ctx?.signal.removeEventListener("abort", stop);
  }
}

function ended(child: ChildProcess): Promise<ToolResult> {
  const kept = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]?.setEncoding("utf8").on("data", (chunk: string) => {
      kept[stream] = (kept[stream] + chunk).slice(-KEPT);
    });
  }
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: 127, stdout: "", stderr: error.message }));
    child.on("close", (code) => resolve({ code: code ?? 1, ...kept }));
  });
}
