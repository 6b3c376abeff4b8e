import { afterAll, beforeAll, expect, test } from "vitest";
import { indexesFromSql } from "../../providers/pgindex/src/import/indexesFromSql.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query(`CREATE TABLE t (a int, b text, c text, d int[], e date)`);
  await db.query("CREATE TYPE pair AS (x int, y int)");
  await db.query(`CREATE TABLE "${LONG}" (a int, "${WIDE}" int, "${WIDE}2" text, p pair)`);
});
afterAll(() => db.drop());

const LONG = `Täble ${"x".repeat(40)}`;
const WIDE = "ü".repeat(28);

/** What follows CREATE INDEX ON. */
const UNNAMED: readonly string[] = [
  "t (a)",
  "t (a)",
  "t (a DESC)",
  "t (a, b, a, a)",
  "t (a) INCLUDE (b, c)",
  "t (lower(b))",
  "t (pg_catalog.lower(b), upper(c), lower(c))",
  "t ((a + 1))",
  "t ((a + 1), (a * 2))",
  "t ((b || c), a)",
  "t ((a::text), (b::varchar(3)), (1::bigint), ('x'::text))",
  "t (CAST(a + 1 AS bigint))",
  't ((b COLLATE "C"), (lower(b) COLLATE "C"))',
  "t ((CASE WHEN a > 1 THEN b ELSE c END))",
  "t ((CASE WHEN a > 1 THEN b ELSE 'x' END))",
  "t ((CASE WHEN a > 1 THEN b END))",
  "t ((CASE WHEN a > 1 THEN b END::varchar))",
  "t (coalesce(b, c), nullif(b, c), greatest(a, 1), least(a, 2))",
  "t ((ARRAY[a, 1]), (ARRAY[a]::bigint[]))",
  "t ((d[1]), (d[1:2]), (d::bigint[]))",
  "t (substring(b FROM 1 FOR 2), position('x' IN b), trim(BOTH FROM b))",
  "t ((b IS NULL), (NOT (a > 1)), (a = ANY (d)), (-a))",
  "t ((ROW(a, a)::pair))",
  `"${LONG}" (a)`,
  `"${LONG}" ("${WIDE}")`,
  `"${LONG}" ("${WIDE}", "${WIDE}")`,
  `"${LONG}" ("${WIDE}", a, "${WIDE}2")`,
  `"${LONG}" ("${WIDE}2")`,
  `"${LONG}" ("${WIDE}2")`,
  `"${LONG}" (((p).x), ((p).y))`,
  `"${LONG}" (lower("${WIDE}2"))`,
];

test("an index without a name gets the one that PostgreSQL gives it", async () => {
  const statements = UNNAMED.map((rest) => `CREATE INDEX ON ${rest}`);
  for (const statement of statements) await db.query(statement);
  const rows = await db.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE c.relnamespace = 'public'::regnamespace ORDER BY c.oid`,
  );
  const read = indexesFromSql({ sql: statements.join(";\n") });
  expect(read.map(({ name }) => name)).toEqual(rows.map(({ name }) => name));
});
