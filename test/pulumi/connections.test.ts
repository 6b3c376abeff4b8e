// How many sessions a large stack has, whatever --parallel says.
import { setTimeout as delay } from "node:timers/promises";
import { Index, Verification } from "pulumi-pgindex";
import { expect, test } from "vitest";
import { createStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { indexesOf, useDatabase } from "../support/pulumi/pulumiDatabase.ts";

const TABLES = Array.from({ length: 40 }, (_, i) => `t${i}`);
const backend = createBackend();
const database = useDatabase(
  ...TABLES.map((table) => `CREATE TABLE ${table} AS SELECT n AS a FROM generate_series(1, 50) n`),
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

test("40 indexes and 40 verifications at --parallel 256 have ten sessions", async () => {
  const stack = await createStack(
    async () => {
      for (const table of TABLES) {
        const sql = `SELECT * FROM ${table} WHERE a = $1`;
        const serves = [{ name: "q", sql, values: ["7"], runs: 1 }];
        const args = { table, name: `${table}_idx`, columns: ["a"], serves };
        new Verification(`${table}_proof`, { index: new Index(table, args) });
      }
    },
    { backend, env: { DATABASE_URL: database().url, PULUMI_PARALLEL: "256" } },
  );
  const preview = await mostDuring(() => stack.preview());
  const up = await mostDuring(() => stack.up());
  const refresh = await mostDuring(() => stack.refresh());
  for (const { all } of [preview, up, refresh]) {
    expect(all).toBeGreaterThan(0);
    expect(all).toBeLessThanOrEqual(10);
  }
  expect(up.runs).toBeLessThanOrEqual(2);
  expect((await indexesOf(database())).every(({ valid }) => valid)).toBe(true);
  await stack.destroy();
});
