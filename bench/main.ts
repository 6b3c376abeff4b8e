// npm run bench: every benchmark of this folder, or the one that is named. `--small` runs each in
// seconds, to see that it works; `--help` says what each measures, and its options.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
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
if (args.includes("--help")) {
  for (const each of name === undefined ? all : [name]) console.log(`${helpOf(each)}\n`);
  process.exit(0);
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

/** The comment that its file begins with. */
function helpOf(name: string): string {
  const [comment = ""] = readFileSync(join(folder, `${name}.ts`), "utf8").split("\nimport ", 1);
  return comment.replace(/^\/\/ ?/gm, "");
}
