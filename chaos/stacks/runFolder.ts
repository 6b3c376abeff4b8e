import { cp, mkdir } from "node:fs/promises";
import { join, relative } from "node:path";

export const ROOT = join(import.meta.dirname, "..", "..");

/**
 * The folder of one run. It is inside the clone, where its program finds the clone's packages; Git
 * ignores it.
 */
export interface RunFolder {
  readonly directory: string;
  /** A copy, because Pulumi writes its stacks' configuration next to the program. */
  readonly program: string;
  readonly logs: string;
  /** Pulumi's local backend. */
  readonly state: string;
  readonly home: string;
}

export async function makeRunFolder(kind: string): Promise<RunFolder> {
  const directory = join(ROOT, ".pgindex", `${kind}-${process.pid}`);
  const of = (name: string) => join(directory, name);
  const folder = { directory, program: of("program"), logs: of("logs"), state: of("state") };
  for (const path of [folder.logs, folder.state]) await mkdir(path, { recursive: true });
  await cp(join(import.meta.dirname, "program"), folder.program, { recursive: true });
  return { ...folder, home: of("home") };
}

/** The path as people type it in the clone. */
export const shownPath = (path: string) => relative(ROOT, path);
