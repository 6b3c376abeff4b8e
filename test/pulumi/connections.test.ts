// A large stack: how many sessions it has, whatever --parallel says, and that all of it ends valid.
import { setTimeout as delay } from "node:timers/promises";
import { Index, Verification } from "pulumi-pgindex";
import { expect, test } from "vitest";
import { createStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { indexesOf, indexNames, useDatabase } from "../support/pulumi/pulumiDatabase.ts";

const TABLES = Array.from({ length: 20 }, (_, i) => `t${i}`);
const backend = createBackend();
const database = useDatabase(
  ...TABLES.map((table) => `CREATE TABLE ${table} AS SELECT n AS a FROM generate_series(1, 50) n`),
  ...["w1", "w2", "w3", "w4", "w5"].map(
    (table) =>
      `CREATE TABLE ${table} AS
       SELECT n AS a, n AS b, n AS c, n AS d, n::text AS e FROM generate_series(1, 500) n`,
  ),
);

/** The most sessions of ours at the same time, and the most that measure, while `work` runs. */
async function mostDuring(work: () => Promise<unknown>): Promise<{ all: number; runs: number }> {
  const most = { all: 0, runs: 0 };
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const [row] = await database().query<{ all: number; runs: number }>(
        `SELECT count(*)::int AS all,
                count(*) FILTER (WHERE application_name LIKE 'pgindex measure %')::int AS runs
           FROM pg_stat_activity
          WHERE datname = current_database() AND application_name LIKE 'pgindex %'`,
      );
      most.all = Math.max(most.all, row?.all ?? 0);
      most.runs = Math.max(most.runs, row?.runs ?? 0);
      await delay(5);
    }
  })();
  await work().finally(() => {
    isOver = true;
  });
  await watching;
  return most;
}

/** Five indexes on each of five tables, which have to be built one after the other. */
const WIDE = ["w1", "w2", "w3", "w4", "w5"].flatMap((table) =>
  ["a", "b", "c", "d", "e"].map((column) => ({
    table,
    name: `${table}_${column}_idx`,
    columns: [column],
  })),
);

test("45 indexes and 20 verifications at --parallel 256 have ten sessions, and all end valid", async () => {
  const stack = await createStack(
    async () => {
      for (const table of TABLES) {
        const sql = `SELECT * FROM ${table} WHERE a = $1`;
        const serves = [{ name: "q", sql, values: ["7"], runs: 1 }];
        const args = { table, name: `${table}_idx`, columns: ["a"], serves };
        new Verification(`${table}_proof`, { index: new Index(table, args) });
      }
      for (const args of WIDE) new Index(args.name, args);
    },
    { backend, env: { DATABASE_URL: database().url, PULUMI_PARALLEL: "256" } },
  );
  const preview = await mostDuring(() => stack.preview());
  const up = await mostDuring(async () => {
    expect((await stack.up()).changes).toEqual({ create: 66 });
  });
  const refresh = await mostDuring(() => stack.refresh());
  for (const { all } of [preview, up, refresh]) {
    expect(all).toBeGreaterThan(0);
    expect(all).toBeLessThanOrEqual(10);
  }
  expect(up.runs).toBeLessThanOrEqual(2);
  const indexes = await indexesOf(database());
  expect(indexes).toHaveLength(45);
  expect(indexes.filter(({ valid }) => !valid)).toEqual([]);
  expect((await stack.preview()).changes).toEqual({ same: 66 });
  for (const { name } of WIDE) {
    const stored = JSON.stringify(stack.resource(name));
    expect(Buffer.byteLength(stored)).toBeLessThan(4096);
  }
  await stack.destroy();
  expect(await indexNames(database())).toEqual([]);
});
