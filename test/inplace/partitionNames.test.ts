// The indexes of partitions have the names that PostgreSQL itself gives them.
import { afterEach, expect, test } from "vitest";
import { childName } from "../../providers/pgindex/src/engine/declare/names.ts";
import { type Args, declare } from "../support/engine/engine.ts";
import { BUILDS_NOTHING, settle } from "../support/engine/engineDatabase.ts";
import { ensure, preview } from "../support/engine/parameterChange.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

const db: TestDatabase = await createDatabase();
afterEach(async () => {
  await settle(db);
  await db.query("DROP SCHEMA IF EXISTS app, old CASCADE");
});

const INDEX = { schema: "app", table: "m", name: "m_idx" };
const LONG = "measurements_of_every_station_of_the_northern_network_of";

async function make(...partitions: string[]): Promise<void> {
  await db.query("CREATE SCHEMA app; CREATE SCHEMA old");
  await db.query(
    "CREATE TABLE app.m (id int, a int, at timestamptz, body text) PARTITION BY RANGE (id)",
  );
  for (const partition of partitions) await db.query(`CREATE TABLE ${partition}`);
}

const range = (name: string, from: number, more = "") =>
  `${name} PARTITION OF app.m FOR VALUES FROM (${from}) TO (${from + 10}) ${more}`;

/** Table and index, of every partition of the index. */
async function names(): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    `SELECT i.indrelid::regclass || ': ' || c.relname AS name
       FROM pg_partition_tree('app.m_idx') t JOIN pg_class c ON c.oid = t.relid
       JOIN pg_index i ON i.indexrelid = c.oid WHERE t.level > 0 ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

const CASES: readonly [title: string, partitions: readonly string[], args: Args, sql: string][] = [
  ["columns", [range("app.m1", 0), range("old.m2", 10)], { columns: ["at", "a"] }, "(at, a)"],
  [
    "expressions, a repeated column and INCLUDE",
    [range("app.m1", 0)],
    {
      columns: [{ expression: "lower(body)" }, "a", { expression: "a + 1" }, "a"],
      include: ["at"],
    },
    "(lower(body), a, (a + 1), a) INCLUDE (at)",
  ],
  [
    "names that are cut to the same, two of which other relations have",
    [
      range(`app.${LONG}_2`, 0),
      range(`app.${LONG}_3`, 10),
      range(`app.${LONG}_1`, 20),
      `app.${LONG}_at_idx (id int)`,
      `app.${LONG.slice(0, 55)}_at_idx2 (id int)`,
    ],
    { columns: ["at"] },
    "(at)",
  ],
  [
    "characters of several bytes",
    [range(`app."${"ä".repeat(31)}"`, 0), range(`app."x${"ä".repeat(30)}"`, 10)],
    { columns: ["at"] },
    "(at)",
  ],
  [
    "partitions of partitions, in the order of their bounds",
    [
      range("app.m1", 0, "PARTITION BY HASH (a)"),
      ...[10, 9, 2, 1, 0].map(
        (n, i) =>
          `app.${LONG}_${n} PARTITION OF app.m1 FOR VALUES WITH (MODULUS 5, REMAINDER ${i})`,
      ),
      range("old.m1", 10),
    ],
    { columns: ["at"], predicate: "a > 0" },
    "(at) WHERE a > 0",
  ],
];

test.each(CASES)("%s", async (_, partitions, args, sql) => {
  await make(...partitions);
  const { outputs } = await ensure(db, { ...INDEX, ...args });
  const ours = await names();
  await db.query("DROP INDEX app.m_idx");
  await db.query(`CREATE INDEX m_idx ON app.m ${sql}`);
  expect(ours).toEqual(await names());
  expect(ours.length).toBeGreaterThan(0);
  // What PostgreSQL has built is the same index.
  const [first] = await preview(db, { ...INDEX, ...args }, outputs);
  expect(first).not.toMatch(/CREATE INDEX/);
});

test("what an interrupted run left under a name of ours is attached, and gets PostgreSQL's", async () => {
  await make(range("app.m1", 0), range("app.m2", 10));
  const args = { ...INDEX, columns: ["at"] };
  const child = childName("m1", await declare(args));
  await db.query(`CREATE INDEX ${child} ON app.m1 (at)`);
  await ensure(db, args);
  expect(await names()).toEqual(["app.m1: m1_at_idx", "app.m2: m2_at_idx"]);
});

test("an index of an older release keeps the names of its parts, and somebody's own keeps its", async () => {
  await make(range("app.m1", 0), range("app.m2", 10));
  const args = { ...INDEX, columns: ["at"] };
  const child = childName("m1", await declare(args));
  await db.query("CREATE INDEX mine ON app.m2 (at)");
  await db.query("CREATE INDEX m_idx ON ONLY app.m (at)");
  await db.query(`CREATE INDEX ${child} ON app.m1 (at)`);
  await db.query(`ALTER INDEX app.m_idx ATTACH PARTITION app.${child}`);
  const { outputs } = await ensure(db, args);
  expect(await names()).toEqual([`app.m1: ${child}`, "app.m2: mine"]);
  expect(await preview(db, args, outputs)).toEqual([BUILDS_NOTHING]);
});
