// npm run bench -- large: whether an index costs more where there are ten times as many. The commands
// of many, whose state Pulumi writes once, at the end of each, instead of after every step.
//
//   --sizes 1000,10000    how many indexes; the second takes half an hour
//   --destroy             destroy too
//   --small               five and ten, some of the commands: to see that it works
import { parseArgs } from "node:util";
import { startEmbedded } from "../tools/embeddedPostgres.ts";
import { largeResults } from "./many/largeResults.ts";
import { type Run, runOnce } from "./many/phases.ts";
import { tableStatements, tablesOf } from "./many/programs.ts";
import { summariesOf } from "./many/summaries.ts";
import { onNewDatabase } from "./support/freshDatabase.ts";
import { publish } from "./support/published.ts";
import { pulumiVersion } from "./support/results.ts";
import { COUNTING } from "./support/serverCounters.ts";

const { values: options } = parseArgs({
  options: {
    sizes: { type: "string", default: "1000,10000" },
    destroy: { type: "boolean", default: false },
    small: { type: "boolean", default: false },
  },
});
const sizes = options.small ? [5, 10] : options.sizes.split(",").map(Number);
const SMALL = ["preview", "first up (build)"];
const isRun = (name: string) =>
  options.small ? SMALL.includes(name) : options.destroy || name !== "destroy";

const server = await startEmbedded({ name: "bench-large", settings: COUNTING });
const versions = { postgres: server.version, pulumi: pulumiVersion() };
const runs: Run[] = [];
try {
  for (const size of sizes) {
    console.error(`${new Date().toISOString()} ${size} indexes`);
    const made = tableStatements(tablesOf(size));
    const bench = { showsKinds: false, repeats: 1, runs: isRun, hasCheckpoints: false };
    runs.push(
      await onNewDatabase(server, `large_${size}`, made, (url, counters) =>
        runOnce({ ...bench, url, counters }, size),
      ),
    );
  }
} finally {
  await server.stop();
}
publish("large", versions, options.small, largeResults(runs.flatMap((run) => summariesOf([run]))));
