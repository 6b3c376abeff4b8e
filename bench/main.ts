// npm run bench: every benchmark of this folder, or those that are named.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const folder = import.meta.dirname;
const all = readdirSync(folder)
  .filter((file) => file.endsWith(".ts") && file !== "main.ts")
  .map((file) => file.replace(/\.ts$/, ""));
const [name, ...args] = process.argv.slice(2);
if (name !== undefined && !all.includes(name)) {
  console.error(`There is no benchmark "${name}": ${all.join(", ")}.`);
  process.exit(1);
}
for (const each of name === undefined ? all : [name]) {
  console.log(`${each}:`);
  const file = join(folder, `${each}.ts`);
  const { status } = spawnSync(process.execPath, ["--no-warnings", file, ...args], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}
