// The rules of the house, which neither the compiler nor the linter knows: a part of npm run check.
import { globSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { complaints } from "./house.ts";

const SOURCE = join(import.meta.dirname, "..", "..", "providers", "pgindex", "src");

const files = globSync("**/*.ts", { cwd: SOURCE });
const texts = files.map((file) => [
  file.split(sep).join("/"),
  readFileSync(join(SOURCE, file), "utf8"),
]);
const found = complaints(Object.fromEntries(texts));
for (const line of found.sort()) console.log(line);
process.exitCode = found.length > 0 ? 1 : 0;
