import { Connection, Index } from "pulumi-pgindex";
import { describe, expect, test } from "vitest";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import {
  holdWrite,
  indexesOf,
  indexNames,
  providerSessions,
  until,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";

const TABLES = ["t1", "t2", "t3", "t4", "t5"];
const COLUMNS = ["a", "b", "c", "d", "e"];

const backend = createBackend();
const database = useDatabase(
  ...TABLES.map((table) => `CREATE TABLE ${table} (a int, b int, c int, d int, e text)`),
  ...TABLES.map(
    (table) => `INSERT INTO ${table} SELECT n, n, n, n, n FROM generate_series(1, 500) n`,
  ),
);

const clean = async (stack: TestStack) => {
  await stack.destroy();
  expect(await indexNames(database())).toEqual([]);
};

test("twenty-five indexes on five tables, at Pulumi's own parallelism, all end valid", async () => {
  const stack = await createStack(
    async () => {
      for (const table of TABLES) {
        for (const column of COLUMNS) {
          const name = `${table}_${column}_idx`;
          new Index(name, { table, name, columns: [column] });
        }
      }
    },
    { backend, env: { DATABASE_URL: database().url } },
  );
  expect((await stack.up()).changes).toEqual({ create: 26 });
  const indexes = await indexesOf(database());
  expect(indexes).toHaveLength(25);
  expect(indexes.filter(({ valid }) => !valid)).toEqual([]);
  expect((await stack.preview()).changes).toEqual({ same: 26 });
  for (const table of TABLES) {
    for (const column of COLUMNS) {
      const stored = JSON.stringify(stack.resource(`${table}_${column}_idx`));
      expect(Buffer.byteLength(stored)).toBeLessThan(4096);
    }
  }
  await clean(stack);
});

describe("maxConcurrentBuilds", () => {
  test.for([1, 3])("%i: builds that many at once, on different tables", async (most) => {
    const holders = await Promise.all(TABLES.map((table) => holdWrite(database(), table)));
    const stack = await createStack(
      async () => {
        const provider = new Connection("database", {
          url: database().url,
          maxConcurrentBuilds: most,
        });
        for (const table of TABLES) {
          for (const column of ["a", "b"]) {
            const name = `${table}_${column}_idx`;
            new Index(name, { table, name, columns: [column] }, { provider });
          }
        }
      },
      { backend },
    );
    const queued: string[] = [];
    const up = stack.up(({ diagnosticEvent: event }) => {
      if (event?.message.startsWith("queued: ")) queued.push(event.message);
    });
    const builds = async () =>
      (await providerSessions(database())).filter(({ application }) =>
        application.startsWith("pgindex build "),
      );
    await until("others are queued", () => queued.length > 0);
    await until("the first are at work", async () => (await builds()).length === most);
    const tables = (await builds()).map(({ application }) => application.split("_")[0]);
    expect(new Set(tables).size).toBe(most);
    let seen = 0;
    let isOver = false;
    const watching = until("the end", async () => {
      seen = Math.max(seen, (await builds()).length);
      return isOver;
    });
    for (const holder of holders) await holder.release();
    await up;
    isOver = true;
    await watching;
    expect(seen).toBeLessThanOrEqual(most);
    expect((await indexesOf(database())).filter(({ valid }) => valid)).toHaveLength(10);
    await clean(stack);
  });
});
