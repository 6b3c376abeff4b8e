// npm run test:mutation: changes the engine's decisions one at a time (StrykerJS) and counts how
// many of the changes a test notices.
//
//   npm run test:mutation
//     everything in stryker.config.json, about 4 minutes
//   npm run test:mutation -- --mutate providers/pgindex/src/engine/plan/plan.ts
//     one file; every option of "stryker run" works
//
// The tool has as many packages as the whole project, so it is not among them: its first run
// installs it here.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "../setup/command.mjs";
import { node24, root } from "../setup/paths.mjs";
import { withProgress } from "../setup/progress.mjs";

const folder = join(root, "tools", "mutation");
const stryker = join(folder, "node_modules", "@stryker-mutator", "core", "bin", "stryker.js");

async function install() {
  // Its peer dependencies, mainly vitest, are the project's own.
  const args = ["ci", "--omit=peer", "--ignore-scripts", "--no-audit", "--no-fund"];
  const { code, output } = await run("npm", args, { cwd: folder });
  if (code !== 0) throw new Error(`npm ci failed in tools/mutation:\n${output}`);
}

if (!existsSync(stryker)) await withProgress("installing the mutation testing tool", install);
const config = join("tools", "mutation", "stryker.config.json");
const child = spawn(node24, [stryker, "run", config, ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
