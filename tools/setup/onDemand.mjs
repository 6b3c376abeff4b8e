import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { run } from "./command.mjs";
import { withLock } from "./lock.mjs";
import { root } from "./paths.mjs";

/** Installs the packages of a folder below tools that only some tests need, if they are missing. */
export async function installOnDemand(folder) {
  // The last thing npm writes.
  const installed = () => existsSync(join(folder, "node_modules", ".package-lock.json"));
  const install = async () => {
    if (installed()) return;
    // Install scripts would download binaries.
    const args = ["ci", "--omit=peer", "--ignore-scripts", "--no-audit", "--no-fund"];
    const { code, output } = await run("npm", args, { cwd: folder });
    if (code !== 0) throw new Error(`npm ci failed in ${folder}:\n${output}`);
  };
  const lock = join(root, ".pgindex", `${basename(folder)}.lock`);
  if (!installed()) await withLock(lock, install);
}
