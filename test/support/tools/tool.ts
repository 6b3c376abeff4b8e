import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const MODULES = join(import.meta.dirname, "../../../node_modules");

export interface ToolRun {
  readonly failed: boolean;
  /** All that it printed. */
  readonly said: string;
}

export interface ToolOptions {
  /** In DATABASE_URL. */
  readonly url: string;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs the program of an installed package, as its users do. `program`: its file, absolute or below
 * node_modules.
 */
export async function runTool(
  program: string,
  args: readonly string[],
  { url, cwd, env: more }: ToolOptions,
): Promise<ToolRun> {
  const env = { ...process.env, DATABASE_URL: url, ...more };
  try {
    const command = [resolve(MODULES, program), ...args];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, command, { cwd, env });
    return { failed: false, said: stdout + stderr };
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    return { failed: true, said: stdout + stderr };
  }
}
