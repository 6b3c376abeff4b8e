// npm run bench -- overhead: our build against CREATE INDEX CONCURRENTLY by hand, with the same
// statement and settings, and where the rest goes.
//
//   --sizes 10000,1000000,5000000   rows
//   --runs 5                        repetitions of each, in turn
//   --small                         few rows, twice: to see that it works
import { parseArgs } from "node:util";
import pg from "pg";
import { startEmbedded } from "../tools/embeddedPostgres.ts";
import { execute } from "./support/freshDatabase.ts";
import { ours } from "./support/ours.ts";
import { publish, shown } from "./support/published.ts";
import { spreadOf } from "./support/results.ts";

const { values: options } = parseArgs({
  options: {
    sizes: { type: "string", default: "10000,1000000,5000000" },
    runs: { type: "string", default: "5" },
    small: { type: "boolean", default: false },
  },
});
const sizes = options.small ? [1_000] : options.sizes.split(",").map(Number);
const runs = options.small ? 2 : Number(options.runs);

const SQL = "CREATE INDEX CONCURRENTLY t_idx ON t (a, b)";
const INDEX = { table: "t", name: "t_idx", columns: ["a", "b"] };
/** As a program declares them, and as they are set by hand. */
const SETTINGS = { maintenanceWorkMem: "256MB", parallelWorkers: 2 };
const SET = [
  "SET maintenance_work_mem = '256MB'",
  "SET max_parallel_maintenance_workers = 2",
] as const;

interface Pair {
  readonly byHand: number;
  readonly whole: number;
  /** Of the statement, as the engine measured it. */
  readonly statement: number;
}

const server = await startEmbedded({
  name: "bench-overhead",
  settings: { fsync: "on", max_wal_size: "8GB", autovacuum: "off" },
});
const client = new pg.Client({ connectionString: server.url });
await client.connect();

async function timed(work: () => Promise<unknown>): Promise<number> {
  await client.query("CHECKPOINT");
  const began = performance.now();
  await work();
  const ms = performance.now() - began;
  return ms;
}

async function pair(isTuned: boolean): Promise<Pair> {
  const byHand = await timed(() => execute(server.url, [...(isTuned ? SET : []), SQL]));
  await client.query("DROP INDEX t_idx");
  let statement = 0;
  const args = isTuned ? { ...INDEX, buildSettings: SETTINGS } : INDEX;
  const whole = await timed(async () => {
    statement = (await ours(server.url, args)).buildSeconds * 1000;
  });
  await client.query("DROP INDEX t_idx");
  return { byHand, whole, statement };
}

const figures: { rows: number; isTuned: boolean; pairs: Pair[] }[] = [];
try {
  for (const rows of sizes) {
    await client.query(
      `CREATE TABLE t AS SELECT n AS id, hashint8(n)::bigint AS a, md5(n::text) AS b
         FROM generate_series(1, ${rows}) n`,
    );
    await client.query("VACUUM ANALYZE t");
    // The first loads the parser, once in a process, and the table into memory.
    await pair(false);
    for (const isTuned of [false, true]) {
      const pairs: Pair[] = [];
      for (let run = 1; run <= runs; run += 1) pairs.push(await pair(isTuned));
      figures.push({ rows, isTuned, pairs });
    }
    await client.query("DROP TABLE t");
  }
} finally {
  await client.end();
  await server.stop();
}

publish("overhead", { postgres: server.version }, options.small, {
  title: `A build, ${runs} runs, in ms`,
  head: [
    "rows",
    "settings",
    "by hand",
    "pgindex",
    "of it the statement",
    "the rest",
    "ours above 5 %",
  ],
  rows: figures.map(({ rows, isTuned, pairs }) => {
    const of = (figure: (each: Pair) => number) => shown(spreadOf(pairs.map(figure)), 0);
    return [
      rows.toLocaleString("en-US"),
      isTuned ? "`buildSettings`" : "the server's",
      of(({ byHand }) => byHand),
      of(({ whole }) => whole),
      of(({ statement }) => statement),
      of(({ whole, statement }) => whole - statement),
      of(({ whole, byHand }) => whole - byHand * 1.05),
    ];
  }),
  figures,
});
