// npm run bench -- many: what pulumi takes for many indexes on as many tables, against a program of
// as many resources that do nothing (the floor). Seconds depend on the machine, ratios and counts do
// not.
//
//   --sizes 10,100,1000   how many indexes; 10000 takes an hour
//   --runs 5              repetitions, each on a database of its own
//   --repeats 1           how often each of them measures the commands that change nothing
//   --only preview        the commands whose names have that in them
//   --small               once with five, some of the commands: to see that it works
//   --rivals              pg-schema-diff beside it, which takes Go to build
//   --kinds               which statements were sent most often
// What was measured whole is written to bench/results, of which npm run docs makes docs/performance.md.
import { parseArgs } from "node:util";
import { startEmbedded } from "../tools/embeddedPostgres.ts";
import { manyResults } from "./many/manyResults.ts";
import { type Run, runOnce } from "./many/phases.ts";
import { tableStatements, tablesOf } from "./many/programs.ts";
import { summariesOf } from "./many/summaries.ts";
import { pgSchemaDiff } from "./rivals/pgSchemaDiff.ts";
import { onNewDatabase } from "./support/freshDatabase.ts";
import { publish } from "./support/published.ts";
import { pulumiVersion, writeResults } from "./support/results.ts";
import { COUNTING } from "./support/serverCounters.ts";

const { values: options } = parseArgs({
  options: {
    sizes: { type: "string", default: "10,100,1000" },
    runs: { type: "string", default: "5" },
    repeats: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    small: { type: "boolean", default: false },
    rivals: { type: "boolean", default: false },
    kinds: { type: "boolean", default: false },
  },
});
const sizes = options.small ? [5] : options.sizes.split(",").map(Number);
const runs = options.small ? 1 : Number(options.runs);
const repeats = Number(options.repeats);
const SMALL = ["preview", "first up (build)", "refresh", "destroy"];
const isRun = (name: string) =>
  options.small ? SMALL.includes(name) : name.includes(options.only);

const isTrial = options.small || options.only !== "" || options.kinds;
const server = await startEmbedded({ name: "bench-many", settings: COUNTING });
const versions = { postgres: server.version, pulumi: pulumiVersion() };

const made = (indexes: number) => tableStatements(tablesOf(indexes));

async function once(indexes: number, number: number): Promise<Run> {
  const own = await onNewDatabase(
    server,
    `many_${indexes}_${number}`,
    made(indexes),
    (url, counters) =>
      runOnce({ url, counters, showsKinds: options.kinds, repeats, runs: isRun }, indexes),
  );
  if (!options.rivals) return own;
  const rival = await onNewDatabase(
    server,
    `rival_${indexes}_${number}`,
    made(indexes),
    (url, counters) => pgSchemaDiff(url, counters, indexes),
  );
  return { ...own, phases: [...own.phases, ...rival] };
}

const done = new Map<number, Run[]>();
try {
  for (const size of sizes) {
    for (let i = 1; i <= runs; i += 1) {
      console.error(`${new Date().toISOString()} ${size} indexes, run ${i} of ${runs}`);
      done.set(size, [...(done.get(size) ?? []), await once(size, i)]);
      // An hour's work is not lost with the last of it.
      if (!isTrial) writeResults("many", versions, measured());
    }
    if (options.kinds)
      for (const { name, kinds } of done.get(size)?.[0]?.phases ?? []) printKinds(name, kinds);
  }
} finally {
  await server.stop();
}
publish("many", versions, isTrial, measured());

/** What has been measured so far. */
function measured() {
  const sorted = [...done].sort(([one], [other]) => one - other);
  const all = sorted.map(([, of]) => of);
  return manyResults({
    runs: Math.min(...all.map((each) => each.length)),
    repeats,
    summaries: all.flatMap(summariesOf),
    stateBytes: Object.fromEntries(
      sorted.map(([size, of]) => [size, Math.max(...of.map((run) => run.stateBytes))]),
    ),
  });
}

function printKinds(name: string, kinds: Run["phases"][number]["kinds"] = []): void {
  console.log(`\n${name}:`);
  for (const { calls, ms, text } of kinds)
    console.log(`${String(calls).padStart(8)} ${String(ms).padStart(7)} ms  ${text}`);
}
