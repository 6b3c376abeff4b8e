// What a unique index would reject is told by the preview, not by the end of the build.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { serverHas, stateOf } from "../support/engine/engineDatabase.ts";
import { createRoles, dropRoles, type Roles } from "../support/engine/engineRoles.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
let roles: Roles;
beforeAll(async () => {
  db = await createDatabase();
  roles = await createRoles(db);
  await db.query(`GRANT ${roles.owner} TO ${roles.deploy}`);
  await db.query(`GRANT TEMPORARY ON DATABASE ${db.name} TO ${roles.owner}`);
  for (const sql of SCHEMA) await db.query(sql);
  for (const table of ["t", "p", "p1", "p2", "parent", "child", "m"])
    await db.query(`ALTER TABLE app.${table} OWNER TO ${roles.owner}`);
});
afterAll(async () => {
  await db.query("DROP SCHEMA app CASCADE");
  await dropRoles(db, roles);
  await db.drop();
});

const SCHEMA = [
  "CREATE TYPE app.mood AS ENUM ('low', 'high')",
  "CREATE TYPE app.pair AS (x int, y int)",
  "CREATE DOMAIN app.code AS varchar(20)",
  `CREATE FUNCTION app.strict(v text) RETURNS boolean IMMUTABLE LANGUAGE sql AS
     $$ SELECT v <> '' $$`,
  "CREATE DOMAIN app.checked AS text CHECK (app.strict(VALUE))",
  `CREATE TABLE app.t (id int NOT NULL, twice int NOT NULL, sometimes int, email text,
     "Code" app.code, mood app.mood, tags text[], at timestamptz, pair app.pair, b text)`,
  `INSERT INTO app.t SELECT i, i / 2, CASE WHEN i > 3 THEN i END, CASE WHEN i % 2 = 0
     THEN 'a' ELSE 'A' END || i / 2, 'c' || i / 2, 'low', ARRAY['x', (i / 2)::text],
     now() + i * interval '1 s', (i / 2, NULL)::app.pair, 'b' || i / 2
     FROM generate_series(2, 101) i`,
  `CREATE FUNCTION app.own(v int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
     $$ BEGIN IF v > 0 THEN RAISE EXCEPTION 'it ran as %', current_user; END IF; RETURN 1; END $$`,
  "CREATE TABLE app.p (a int, b int) PARTITION BY LIST (a)",
  "CREATE TABLE app.p1 PARTITION OF app.p FOR VALUES IN (1)",
  "CREATE TABLE app.p2 PARTITION OF app.p FOR VALUES IN (2)",
  "INSERT INTO app.p VALUES (1, 1), (2, 1), (2, 1)",
  "CREATE TABLE app.parent (a int)",
  "CREATE TABLE app.child () INHERITS (app.parent)",
  "INSERT INTO app.parent VALUES (1)",
  "INSERT INTO app.child VALUES (1), (1)",
  "CREATE MATERIALIZED VIEW app.m AS SELECT 1 AS a FROM generate_series(1, 2)",
];

const declared = (args: Args) =>
  declare({ schema: "app", table: "t", name: "key", unique: true, ...args });

async function preview(args: Args, url = roles.url): Promise<string[]> {
  return previewIndex(targetOf(url), await declared(args));
}

const refusalOf = async (args: Args) => (await failureOf(preview(args))).message;

const DUPLICATES: readonly (readonly [title: string, args: Args, keys: number, rows: number])[] = [
  ["a column", { columns: ["twice"] }, 50, 100],
  ["a constraint", { columns: ["twice"], unique: false, constraint: "unique" }, 50, 100],
  ["a primary key", { columns: ["twice"], unique: false, constraint: "primaryKey" }, 50, 100],
  ["two columns", { columns: ["twice", "mood"] }, 50, 100],
  [
    "an expression of PostgreSQL's own functions",
    { columns: [{ expression: "lower(email)" }] },
    50,
    100,
  ],
  ["a cast to an own enum", { columns: [{ expression: "(mood = 'low'::app.mood)" }] }, 1, 100],
  ["rows of the predicate", { columns: ["twice"], predicate: "id > 99" }, 1, 2],
  ["a domain's base type, under a name in capitals", { columns: ["Code"] }, 50, 100],
  ["text patterns", { columns: [{ column: "b", operatorClass: "text_pattern_ops" }] }, 50, 100],
  [
    "a descending column with another collation",
    { columns: [{ column: "b", collation: "C", order: "desc" }] },
    50,
    100,
  ],
  ["arrays", { columns: ["tags"] }, 50, 100],
  ["composite values, some with nulls in them", { columns: ["pair"] }, 50, 100],
  ["what INCLUDE would tell apart", { columns: ["twice"], include: ["id"] }, 50, 100],
  ["one partition", { table: "p", columns: ["a", "b"] }, 1, 2],
  ["a materialized view", { table: "m", columns: ["a"] }, 1, 2],
];

describe("refused, with what lists them and no value of a row", () => {
  test.each(DUPLICATES)("%s", async (_title, args, keys, rows) => {
    const message = await refusalOf(args);
    expect(message).toMatch(/^cannot build the (unique|primary key) index app\.key on app\./);
    expect(message).toContain(
      `: ${keys} key${keys === 1 ? " stands" : "s stand"} in more than one row (${rows} rows in all)`,
    );
    const [, query = ""] = /to list them: (.*);/.exec(message) ?? [];
    expect(await db.query(query)).toHaveLength(keys);
    expect(message).toContain('hazards: { "duplicates": { action: "warn", reason: ');
    expect(await stateOf(db, "key")).toBeUndefined();
  });

  test("nulls, where they are not distinct", async ({ skip }) => {
    if (!serverHas(150000)) skip("NULLS NOT DISTINCT needs PostgreSQL 15");
    expect(await refusalOf({ columns: ["sometimes"], nullsNotDistinct: true })).toContain(
      "1 key stands in more than one row (2 rows in all)",
    );
  });

  test("what a collation takes for equal", async ({ skip }) => {
    const made = await db
      .query(
        "CREATE COLLATION app.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
      )
      .catch(() => undefined);
    if (!made) skip("the server has no ICU");
    const columns = [{ column: "email", collation: { schema: "app", name: "ci" } }];
    expect(await refusalOf({ columns })).toContain("50 keys stand in more than one row");
    expect(await preview({ columns: ["email"] })).toHaveLength(2);
  });

  test("an expression that fails for a row", async () => {
    const columns = [{ expression: "1 / (id - 50)" }];
    expect(await refusalOf({ columns })).toMatch(
      /its expression or predicate fails for a row \(SQLSTATE 22012\)/,
    );
    // The predicate leaves that row out.
    const left = { columns: [{ expression: "100 / (id - 50)" }], predicate: "id > 100" };
    expect((await preview(left)).join()).not.toContain("duplicates");
  });

  test("by the build's own check in an up as well", async () => {
    const shown = { isShown: false };
    const asked = previewIndex(targetOf(roles.url), await declared({ columns: ["twice"] }), shown);
    expect((await failureOf(asked)).message).toContain("in more than one row");
  });
});

describe("nothing is said, and the build succeeds", () => {
  test.each<[title: string, args: Args]>([
    ["unique values", { columns: ["id"] }],
    ["nulls, which are distinct", { columns: ["sometimes"] }],
    ["duplicates that the predicate leaves out", { columns: ["twice"], predicate: "id > 100" }],
    ["rows of a child by inheritance", { table: "parent", columns: ["a"] }],
    ["an index that is not unique", { columns: ["twice"], unique: false }],
  ])("%s", async (_title, args) => {
    expect(await preview(args)).toHaveLength(2);
    const desired = await declared(args);
    await ensureIndex({ database: targetOf(roles.url), desired, ctx: record().ctx });
    expect((await preview(args))[1]).toMatch(/^builds nothing/);
    await db.query("DROP INDEX app.key");
  });
});

describe("it says why it was not looked", () => {
  const NOT_LOOKED =
    /^duplicates-unknown: duplicates, which would end the build, were not looked for: /;

  test.each<[title: string, args: Args, why: RegExp]>([
    [
      "an own function, which never runs",
      { columns: [{ expression: "app.own(id)" }] },
      /it would run code of the database's own \(function app\.own\(integer\)\)/,
    ],
    [
      "an own function in the predicate",
      { columns: ["id"], predicate: "app.own(id) = 1" },
      /it would run code of the database's own \(function/,
    ],
    [
      "a cast to a domain, whose CHECK is code too",
      { columns: [{ expression: "email::app.checked" }] },
      /it would run code of the database's own \(type app\.checked\)/,
    ],
    [
      "an operator class that compares otherwise",
      { columns: [{ column: "pair", operatorClass: "record_image_ops" }] },
      /its operator class compares in another way/,
    ],
  ])("%s", async (_title, args, why) => {
    for (const url of [roles.url, db.url]) {
      const line = (await preview(args, url)).at(-1);
      expect(line).toMatch(NOT_LOOKED);
      expect(line).toMatch(why);
      expect(line).toMatch(/to look yourself: SELECT .* HAVING count\(\*\) > 1;$/);
    }
  });

  test("a large table", async () => {
    await db.query("CREATE TABLE app.large (a int) WITH (fillfactor = 10)");
    await db.query("INSERT INTO app.large SELECT 1 FROM generate_series(1, 110000)");
    await db.query(`ALTER TABLE app.large OWNER TO ${roles.owner}`);
    const lines = await preview({ table: "large", columns: ["a"] });
    expect(lines.at(-1)).toContain("not looked for: the table is larger than 32 MB");
    await db.query("DROP TABLE app.large");
  });

  test("rows that a policy hides", async () => {
    await db.query("ALTER TABLE app.t ENABLE ROW LEVEL SECURITY");
    await db.query("ALTER TABLE app.t FORCE ROW LEVEL SECURITY");
    expect((await preview({ columns: ["id"] })).at(-1)).toContain("row level security hides rows");
    await db.query("ALTER TABLE app.t NO FORCE ROW LEVEL SECURITY");
    expect(await refusalOf({ columns: ["twice"] })).toContain("in more than one row");
    await db.query("ALTER TABLE app.t DISABLE ROW LEVEL SECURITY");
  });

  test("a role that may not read, with the GRANT", async () => {
    await db.query(`REVOKE SELECT ON app.t FROM ${roles.owner}`);
    const [, grant = ""] =
      /\((GRANT .*?;)\)/.exec((await preview({ columns: ["id"] })).at(-1) ?? "") ?? [];
    await db.query(grant);
    expect(await preview({ columns: ["id"] })).toHaveLength(2);
    await db.query(`GRANT SELECT ON app.t TO ${roles.owner}`);
  });
});

test("the look scans no index, so it counts as nobody's traffic", async () => {
  await db.query("CREATE INDEX others ON app.t (twice)");
  await db.query("ANALYZE app.t");
  await refusalOf({ columns: ["twice"], predicate: "twice >= 0" });
  const [row] = await db.query<{ scans: number }>(
    `SELECT pg_stat_clear_snapshot(), idx_scan::int AS scans FROM pg_stat_user_indexes
      WHERE indexrelname = 'others'`,
  );
  expect(row?.scans).toBe(0);
  await db.query("DROP INDEX app.others");
});

test("a primary key over a NOT NULL that is not valid is refused", async ({ skip }) => {
  if (!serverHas(180000)) skip("NOT NULL is always valid before PostgreSQL 18");
  await db.query("CREATE TABLE app.n (a int)");
  await db.query("INSERT INTO app.n VALUES (NULL)");
  await db.query("ALTER TABLE app.n ADD CONSTRAINT n_a NOT NULL a NOT VALID");
  await db.query(`ALTER TABLE app.n OWNER TO ${roles.owner}`);
  const args = { table: "n", columns: ["a"], unique: false, constraint: "primaryKey" };
  expect(await refusalOf(args)).toMatch(/cannot make .* a primary key: a can be null/);
  await db.query("DROP TABLE app.n");
});
