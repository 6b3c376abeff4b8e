import { Index } from "pulumi-pgindex";
import { expect, test } from "vitest";
import { createStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { indexesOf, indexNames, useDatabase } from "../support/pulumi/pulumiDatabase.ts";

const TABLES = ["t1", "t2", "t3", "t4", "t5"];
const COLUMNS = ["a", "b", "c", "d", "e"];

const backend = createBackend();
const database = useDatabase(
  ...TABLES.map((table) => `CREATE TABLE ${table} (a int, b int, c int, d int, e text)`),
  ...TABLES.map(
    (table) => `INSERT INTO ${table} SELECT n, n, n, n, n FROM generate_series(1, 500) n`,
  ),
);

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
  await stack.destroy();
  expect(await indexNames(database())).toEqual([]);
});
