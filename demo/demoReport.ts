import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { PLACE, REPORT, ROOT, STACKS, type StackName, shownPath } from "./demoPaths.ts";
import type { Result } from "./resultTable.ts";
import type { Scene } from "./scene.ts";
import type { SlowWrite } from "./writer.ts";

const COMMAND = join(ROOT, "providers/pgindex/dist/cli/main.js");
const EXTRA = join(PLACE, "measurements.json");

const stateFile = (stack: StackName) => join(PLACE, `${stack}.json`);

/** Saves the stacks' state, which the rollback removes. */
export async function keepStates(scene: Scene): Promise<void> {
  for (const name of STACKS) await writeFile(stateFile(name), await scene[name].stack.state());
}

export interface Measurements {
  readonly results: readonly Result[];
  /** Writes while production's indexes were built. */
  readonly writes: readonly SlowWrite[];
  readonly longestStallMs: number;
  readonly plainBuildStallMs: number;
  /** What the gate has asked for. */
  readonly soaked: string;
}

/** Writes a report of production with everything measured here, and returns its path. */
export async function writeReport(
  { screen, backup }: Scene,
  { soaked, ...measurements }: Measurements,
): Promise<string> {
  const title = "What npm start measured";
  await writeFile(EXTRA, JSON.stringify({ title, ...measurements }));
  const reason = backup.config[1];
  const args = [
    "report",
    ...["--state", shownPath(stateFile("production"))],
    ...["--earlier-state", shownPath(stateFile("staging"))],
    ...["--extra", shownPath(EXTRA)],
    ...["--soak", soaked],
    ...(backup.isAsked ? [] : ["--without-backup", reason]),
    "--no-live",
    ...["--out", shownPath(REPORT)],
  ];
  screen.command(`npx pgindex ${args.join(" ")}`);
  await execa(process.execPath, [COMMAND, ...args], { cwd: ROOT });
  return shownPath(REPORT);
}
