import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { CouldNotLookError, PgIndexError } from "../engine/errors/advice";
import { parseStackState, type StackState } from "./stackState";
import { exportFailedAdvice, unreadableExportAdvice } from "./statusMessages";

/** Where to find a stack's state. */
export interface StackSource {
  /** Name of the stack; by default the selected one. */
  readonly stack?: string;
  /** The project folder; by default the current one. */
  readonly cwd?: string;
  /** A file written by `pulumi stack export`, to read instead of asking Pulumi. */
  readonly state?: string;
}

const MAX_STATE_BYTES = 512 * 1024 * 1024;

/** Reads a stack's state, using the Pulumi CLI on PATH or a file. Secrets stay encrypted. */
export async function readStack(
  source: StackSource,
  env: Readonly<Record<string, string | undefined>>,
): Promise<StackState> {
  return parseStackState(await (source.state ? readState(source.state) : exportStack(source, env)));
}

async function readState(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new PgIndexError(unreadableExportAdvice(file, error), { cause: error });
  }
}

async function exportStack(
  { stack, cwd }: StackSource,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const args = ["stack", "export", "--non-interactive", ...(stack ? ["--stack", stack] : [])];
  try {
    const options = { cwd, env: { ...env }, maxBuffer: MAX_STATE_BYTES };
    return (await promisify(execFile)("pulumi", args, options)).stdout;
  } catch (error) {
    throw new CouldNotLookError(exportFailedAdvice(error, stack), { cause: error });
  }
}
