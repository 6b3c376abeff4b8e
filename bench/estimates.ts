// npm run bench -- estimates: what a preview says of an index's size and of its build, against what
// it gets and takes, on tables of several kinds. `npm run bench -- estimates 13`: on that version.
import "../test/support/engine/engineSources.ts";
import Table from "cli-table3";
import pg from "pg";
import { startEmbedded } from "../tools/embeddedPostgres.ts";
import { writeResults } from "./support/results.ts";

const engine = "../providers/pgindex/src/engine";
const { lookAhead } = await import(`${engine}/build/preview.ts`);
const { ensureIndex } = await import(`${engine}/build/ensure.ts`);
const { parseIndexArgs } = await import(`${engine}/declare/parseIndex.ts`);
const { databaseOf } = await import(`${engine}/session/database.ts`);

/** How many rows, and the columns that are indexed. */
const CASES: readonly (readonly [rows: number, columns: readonly string[]])[] = [
  [300_000, ["number"]],
  [300_000, ["name"]],
  [1_000_000, ["number"]],
  [1_000_000, ["id"]],
  [1_000_000, ["name"]],
  [1_000_000, ["few", "made"]],
  [3_000_000, ["number"]],
  [3_000_000, ["id", "made"]],
];

const isSmall = process.argv.includes("--small");
const version = process.argv.slice(2).find((arg) => arg !== "--small");
const cases: typeof CASES = isSmall ? [[20_000, ["number"]]] : CASES;

const server = await startEmbedded({ name: "bench-estimates", version });
const client = new pg.Client({ connectionString: server.url });
await client.connect();
const target = databaseOf({ url: server.url });
const ctx = { signal: new AbortController().signal, log: () => {}, status: () => {} };
const near = (ratio: number) => (ratio >= 1 ? ratio : 1 / ratio);

const table = new Table({
  head: ["rows", "columns", "size", "foretold", "ratio", "seconds", "foretold", "ratio"],
});
const outcomes = [];
for (const rows of new Set(cases.map(([count]) => count))) {
  await client.query(
    `CREATE TABLE t AS SELECT gen_random_uuid() AS id, (random() * 1e9)::int AS number,
       'user ' || md5(i::text) AS name, i % 7 AS few, now() - i * interval '1 second' AS made,
       repeat('x', 60) AS filling FROM generate_series(1, ${rows}) i`,
  );
  await client.query("VACUUM ANALYZE t");
  for (const [, columns] of cases.filter(([count]) => count === rows)) {
    const parsed = await parseIndexArgs({ table: "t", name: "t_idx", columns });
    const { facts } = await lookAhead(target, parsed.value);
    const { live, buildSeconds } = await ensureIndex({
      database: target,
      desired: parsed.value,
      ctx: { ...ctx, draining: ctx.signal },
    });
    await client.query("DROP INDEX t_idx");
    const size = { foretold: facts.needs?.indexBytes ?? 0, real: live.sizeBytes };
    const time = { foretold: facts.build?.seconds ?? 0, real: buildSeconds ?? 0 };
    const [sizeRatio, timeRatio] = [size, time].map((each) => each.foretold / each.real);
    outcomes.push({ rows, columns, size, time, sizeRatio, timeRatio });
    const megabytes = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MB`;
    table.push([
      ...[rows.toLocaleString("en-US"), columns.join(", ")],
      ...[megabytes(size.real), megabytes(size.foretold), sizeRatio?.toFixed(2)],
      ...[time.real.toFixed(1), time.foretold.toFixed(1), timeRatio?.toFixed(2)],
    ]);
  }
  await client.query("DROP TABLE t");
}
await client.end();
await server.stop();
console.log(table.toString());
const share = (are: readonly boolean[]) => `${are.filter(Boolean).length} of ${are.length}`;
const sizes = outcomes.map(({ sizeRatio = 0 }) => Math.abs(sizeRatio - 1) <= 0.3);
const times = outcomes.map(({ timeRatio = 0 }) => near(timeRatio) <= 2);
console.log(`size within 30 %: ${share(sizes)}`);
console.log(`time within a factor of two: ${share(times)}`);
if (!isSmall) writeResults("estimates", { postgres: server.version }, { outcomes });
