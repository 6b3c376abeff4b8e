import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const MODULES = join(import.meta.dirname, "../../node_modules");

export interface ToolRun {
  readonly failed: boolean;
  /** All that it printed. */
  readonly said: string;
}

/** Runs the program of an installed package, as its users do. `program`: its file below node_modules. */
export async function runTool(
  program: string,
  args: readonly string[],
  { url, cwd }: { readonly url: string; readonly cwd: string },
): Promise<ToolRun> {
  const env = { ...process.env, DATABASE_URL: url };
  try {
    const command = [join(MODULES, program), ...args];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, command, { cwd, env });
    return { failed: false, said: stdout + stderr };
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    return { failed: true, said: stdout + stderr };
  }
}
