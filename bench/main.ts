// npm run bench: every benchmark of this folder, or the one that is named. `--small` runs each in
// seconds, to see that it works.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const folder = import.meta.dirname;
const all = readdirSync(folder)
  .filter((file) => file.endsWith(".ts") && file !== "main.ts")
  .map((file) => file.replace(/\.ts$/, ""));
const args = process.argv.slice(2);
const name = args[0]?.startsWith("--") ? undefined : args.shift();
if (name !== undefined && !all.includes(name)) {
  console.error(`There is no benchmark "${name}": ${all.join(", ")}.`);
  process.exit(1);
}
// Its corpus has to be large to be one, and takes minutes.
const quick = args.includes("--small") ? all.filter((each) => each !== "twin") : all;
for (const each of name === undefined ? quick : [name]) {
  console.log(`${each}:`);
  const file = join(folder, `${each}.ts`);
  const { status } = spawnSync(process.execPath, ["--no-warnings", file, ...args], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}
