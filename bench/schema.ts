// npm run bench -- schema: what the commands take on a generated schema of the shape that a large
// real one has: wide tables, partitioned sets, expression and partial indexes. Those of Pulumi are
// compared with a program of as many resources that do nothing.
//
//   --tables 1500, --sets 5, --partitions 200, --indexes 3000   how large it is
//   --runs 5      repetitions, each on a database of its own
//   --small       a dozen tables, once: to see that it works
import { parseArgs } from "node:util";
import { startEmbedded } from "../tools/embeddedPostgres.ts";
import { megabytes, memoryOf } from "./many/manyResults.ts";
import type { Run } from "./many/phases.ts";
import { summariesOf } from "./many/summaries.ts";
import { schemaStatements } from "./schema/generatedSchema.ts";
import { runSchema } from "./schema/schemaPhases.ts";
import { onNewDatabase } from "./support/freshDatabase.ts";
import { publish, shown } from "./support/published.ts";
import { pulumiVersion } from "./support/results.ts";
import { COUNTING } from "./support/serverCounters.ts";

const { values: options } = parseArgs({
  options: {
    tables: { type: "string", default: "1500" },
    sets: { type: "string", default: "5" },
    partitions: { type: "string", default: "200" },
    indexes: { type: "string", default: "3000" },
    runs: { type: "string", default: "5" },
    small: { type: "boolean", default: false },
  },
});
const { tables, sets, partitions, indexes } = options;
const SMALL = { tables: 10, sets: 2, partitions: 3, indexes: 20 };
const size = options.small
  ? SMALL
  : {
      tables: Number(tables),
      sets: Number(sets),
      partitions: Number(partitions),
      indexes: Number(indexes),
    };

const server = await startEmbedded({
  name: "bench-schema",
  // A transaction that drops or dumps a database of many partitions locks all of them.
  settings: { ...COUNTING, max_locks_per_transaction: 1024 },
});
const runs: Run[] = [];
const statements = schemaStatements(size);
try {
  for (let i = 1; i <= (options.small ? 1 : Number(options.runs)); i += 1)
    runs.push(
      await onNewDatabase(server, `schema_${i}`, statements, (url, counters) =>
        runSchema({ url, statements, counters, indexes: size.indexes }),
      ),
    );
} finally {
  await server.stop();
}
const summaries = summariesOf(runs);
const versions = { postgres: server.version, pulumi: pulumiVersion() };
publish("schema", versions, options.small, {
  title:
    `${size.indexes} indexes on ${size.tables} tables and ${size.sets} sets of ` +
    `${size.partitions} partitions, ${runs.length} runs`,
  head: [
    "command",
    "seconds",
    "times the floor",
    "sessions (at once)",
    "statements",
    "MB, or MB of provider, program (the floor's)",
  ],
  rows: summaries.map((each) => [
    each.phase,
    shown(each.seconds, 1),
    each.ratio ? shown(each.ratio, 2) : "",
    `${each.sessions.median} (${each.peakSessions})`,
    each.statements.median,
    memoryOf(each) || megabytes(each.programBytes),
  ]),
  figures: { runs: runs.length, size, summaries },
});
