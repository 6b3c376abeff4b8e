import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { errorText, PgIndexError } from "../engine/errors/advice";
import { parseStackState, type StackState } from "./stackState";

/** Where a stack's state is found. */
export interface StackSource {
  /** Name of a stack; the one that is selected by default. */
  readonly stack?: string;
  /** The project's folder; the current one by default. */
  readonly cwd?: string;
  /** A file that `pulumi stack export` has written, instead of asking Pulumi. */
  readonly state?: string;
}

const MAX_STATE_BYTES = 512 * 1024 * 1024;

/**
 * Reads the state of a stack, with the Pulumi CLI of PATH or from a file. Secrets stay encrypted.
 */
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
    throw new PgIndexError(
      {
        what: `cannot read ${file}: ${errorText(error)}`,
        why: "it was named as the exported state of a stack",
        fix: "write it with: pulumi stack export --file state.json",
      },
      { cause: error },
    );
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
    throw new PgIndexError(exportAdvice(error, stack), { cause: error });
  }
}

function exportAdvice(error: unknown, stack: string | undefined) {
  const { code, stderr = "" } = error as { code?: string | number; stderr?: string };
  const otherwise = "give a state that was exported elsewhere: --state state.json";
  if (code === "ENOENT") {
    return {
      what: "there is no pulumi on PATH",
      why: "the indexes that a stack has declared stand in its state, which Pulumi reads",
      fix: "install Pulumi (https://www.pulumi.com/docs/install/), or add it to PATH",
      otherwise,
    };
  }
  return {
    what: `pulumi cannot export the state of ${stack ? `the stack ${stack}` : "the selected stack"}`,
    why: stderr.trim().replace(/^error: /, "") || "it did not say why",
    fix: "name the stack (--stack) and the project's folder (--cwd), and log in to its backend",
    otherwise,
  };
}
