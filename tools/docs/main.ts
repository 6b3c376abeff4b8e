// npm run docs: updates everything in documents that comes from the sources. With --check: reports
// what is stale and which links are broken.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { benchmarkPictures, withBenchmarks } from "./benchmarks.ts";
import { brokenLinks } from "./brokenLinks.ts";
import { cli, planSchema } from "./cliPage.ts";
import { ROOT, textFiles } from "./documentFiles.ts";
import { withSources } from "./excerpts.ts";
import { faults } from "./faultsPage.ts";
import { hazards } from "./hazardsPage.ts";
import { reference } from "./referencePage.ts";
import { CONTRIBUTING, withRooms } from "./rooms.ts";
import { packageSchema } from "./schema/packageSchema.ts";

/** Documents that are generated entirely. */
const MADE: Readonly<Record<string, () => string>> = {
  [join(ROOT, "docs", "reference.md")]: reference,
  [join(ROOT, "docs", "faults.md")]: faults,
  [join(ROOT, "docs", "hazards.md")]: hazards,
  [join(ROOT, "docs", "cli.md")]: cli,
  [join(ROOT, "docs", "plan.schema.json")]: planSchema,
  [join(ROOT, "providers", "pgindex", "schema.json")]: packageSchema,
  ...benchmarkPictures(),
};

/** Every document built from other files, as it should be. */
function* documents(): Generator<[path: string, wanted: string]> {
  for (const [path, make] of Object.entries(MADE)) yield [path, make()];
  yield [CONTRIBUTING, withRooms(readFileSync(CONTRIBUTING, "utf8"))];
  for (const path of textFiles()) {
    if (Object.hasOwn(MADE, path)) continue;
    yield [path, withBenchmarks(withSources(path, readFileSync(path, "utf8")))];
  }
}

const current = (path: string) => (existsSync(path) ? readFileSync(path, "utf8") : "");

const all = [...documents()];
const stale = all.filter(([path, wanted]) => current(path) !== wanted);
const names = stale.map(([path]) => relative(ROOT, path)).join(", ");

if (process.argv.includes("--check")) {
  const problems = all.flatMap(([path, wanted]) => brokenLinks(path, wanted));
  if (names) problems.push(`stale: ${names}; run: npm run docs`);
  for (const problem of problems) console.log(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
} else {
  for (const [path, wanted] of stale) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, wanted);
  }
  console.log(names ? `written: ${names}` : "nothing to write");
}
