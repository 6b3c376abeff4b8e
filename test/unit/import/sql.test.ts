import { describe, expect, test } from "vitest";
import { indexesFromSql } from "../../../providers/pgindex/src/import/indexesFromSql.ts";
import { failureOf } from "../../support/engine/engine.ts";
import { read } from "../../support/import/readSql.ts";

/** SQL of several statements, and the names of the indexes that it leaves. */
const SCRIPTS: readonly (readonly [string, string, readonly string[]])[] = [
  ["nothing", " -- only a comment", []],
  ["other statements", "CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE); SELECT 1;", []],
  [
    "drizzle's breakpoints",
    "CREATE TABLE t (a int);--> statement-breakpoint\nCREATE INDEX i ON t (a);--> " +
      "statement-breakpoint\nCREATE INDEX j ON t (a)",
    ["public.i", "public.j"],
  ],
  ["schemas", "CREATE INDEX i ON app.t (a); CREATE INDEX i ON t (a)", ["app.i", "public.i"]],
  ["IF NOT EXISTS", "CREATE INDEX i ON t (a); CREATE INDEX IF NOT EXISTS i ON t (b)", ["public.i"]],
  ["a dropped index", "CREATE INDEX i ON t (a); DROP INDEX IF EXISTS i, j; SELECT 1", []],
  ["an index made anew", "DROP INDEX i; CREATE INDEX i ON t (a)", ["public.i"]],
  ["an index elsewhere dropped", "CREATE INDEX i ON t (a); DROP INDEX app.i", ["public.i"]],
  ["a dropped table", "CREATE INDEX i ON t (a); DROP TABLE public.t; SELECT 1", []],
  ["a renamed index", "CREATE INDEX i ON t (a); ALTER INDEX i RENAME TO j", ["public.j"]],
  ["renamed as a table", "CREATE INDEX i ON t (a); ALTER TABLE i RENAME TO j", ["public.j"]],
  ["another column renamed", "CREATE INDEX i ON t (a); ALTER TABLE t RENAME b TO c", ["public.i"]],
  ["a column added", "CREATE INDEX i ON t (a); ALTER TABLE t ADD COLUMN b int", ["public.i"]],
  [
    "a partition's index",
    "CREATE INDEX p ON ONLY t (a); CREATE INDEX c ON t1 (a); ALTER INDEX p ATTACH PARTITION c",
    ["public.p"],
  ],
  [
    "temporary tables",
    "CREATE TEMP TABLE x (a int); CREATE INDEX i ON x (a); CREATE TEMP TABLE y AS SELECT 1 " +
      "AS a; CREATE INDEX ON y (a); CREATE INDEX ON pg_temp.z (a)",
    [],
  ],
  [
    "a search_path of one schema",
    "SET search_path = app, pg_catalog; CREATE INDEX i ON t (a)",
    ["app.i"],
  ],
  [
    "a search_path given up",
    "SET search_path = a, b; RESET search_path; CREATE INDEX i ON t (a)",
    ["public.i"],
  ],
  [
    "pg_dump's way",
    "SELECT pg_catalog.set_config('search_path', '', false); SET default_tablespace = ''; " +
      "CREATE INDEX i ON app.t USING btree (a)",
    ["app.i"],
  ],
];

describe("several statements", () => {
  test.each(SCRIPTS)("%s", (_, sql, expected) => {
    expect(read(sql).map(({ schema = "public", name }) => `${schema}.${name}`)).toEqual(expected);
  });
});

test("a comment on an index is its comment", () => {
  const made = "CREATE INDEX i ON t (a); COMMENT ON INDEX i IS 'it''s for x';";
  expect(read(made)).toEqual([{ table: "t", name: "i", columns: ["a"], comment: "it's for x" }]);
  expect(read(`${made} COMMENT ON INDEX public.i IS NULL`)[0]).not.toHaveProperty("comment");
});

test("an index that becomes a constraint has its name", () => {
  const made = "CREATE UNIQUE INDEX i ON t (a); ALTER TABLE t ADD";
  const declared = { table: "t", columns: ["a"], unique: true };
  expect(read(`${made} CONSTRAINT c UNIQUE USING INDEX i`)).toEqual([
    { ...declared, name: "c", constraint: "unique" },
  ]);
  expect(read(`${made} PRIMARY KEY USING INDEX i`)).toEqual([
    { ...declared, name: "i", constraint: "primaryKey" },
  ]);
});

test("of node-pg-migrate's sections Up is read, and errors name the file's line", () => {
  const sql = `-- Down Migration
DROP INDEX a_idx;
-- Up Migration
CREATE INDEX a_idx ON a (b);
`;
  expect(indexesFromSql({ sql }).map(({ name }) => name)).toEqual(["a_idx"]);
  expect(() => indexesFromSql({ sql: `${sql}CREATE INDEX a_idx ON (b);` })).toThrow(/sql:5/);
});

test("tables without a schema are in the one that the options name", () => {
  const sql = "SET search_path = a, b; CREATE INDEX i ON t (a); CREATE INDEX i ON c.t (a)";
  const found = indexesFromSql({ sql }, { schema: "app" });
  expect(found.map(({ schema }) => schema)).toEqual(["app", "c"]);
});

/** SQL that is refused, and what the message says first. */
const REFUSED: readonly (readonly [string, RegExp])[] = [
  ["CREATE INDEX i ON t (a);\nCREATE INDX", /^cannot read the SQL at sql:2: syntax error .*"INDX"/],
  ["-- ünï\n\nCREATE INDEX i ON t ('", /^cannot read the SQL at sql:3: unterminated quoted string/],
  [
    "SELECT 1 \\g x\nCREATE INDEX i ON t (a);",
    /^cannot read the SQL at sql:1: .*\n {2}why: .*psql/,
  ],
  [
    "CREATE INDEX i ON t (a); CREATE INDEX i ON u (a)",
    /^the index public\.i is created a second time/,
  ],
  ["CREATE INDEX i ON t (CURRENT_DATE date_ops (a = 1))", /^cannot tell where an expression/],
  [
    "CREATE INDEX ON t ((json_value(a, '$.b')))",
    /^the CREATE INDEX at sql:1 does not name its index/,
  ],
  ["CREATE SCHEMA s CREATE TABLE t (a int) CREATE INDEX i ON t (a)", /^the CREATE SCHEMA at sql:1/],
  ["SET search_path = a, b;\n\n CREATE INDEX i ON t (a)", /^cannot tell which schema .* sql:3/],
  ["CREATE INDEX i ON t (((t).a)); ALTER TABLE t RENAME a TO b", /^ALTER TABLE at sql:1 changes/],
  [
    "CREATE UNIQUE INDEX i ON t (a); ALTER TABLE t ADD UNIQUE USING INDEX i DEFERRABLE",
    /^ALTER TABLE at sql:1 changes the index public\.i/,
  ],
];

describe("what cannot be told is refused with advice", () => {
  test.each(REFUSED)("%s", (sql, message) => {
    expect(() => read(sql)).toThrow(message);
    expect(() => read(sql)).toThrow(/\n {2}why: .+\n {2}fix: .+/);
  });

  test("a file that is not there", () => {
    expect(() => indexesFromSql("no/such.sql")).toThrow(/^cannot read the file no\/such\.sql: /);
  });

  test.each([
    ["one statement", "create index i on t (a)"],
    ["several", ["SET x = 1; CREATE INDEX i ON t (a)"]],
    ["a whole file", `CREATE TABLE t (a int);\n${"CREATE INDEX ON t (a);\n".repeat(9_000)}`],
  ])("SQL where a path is wanted, without all of it: %s", async (_, sql) => {
    const { message } = await failureOf((async () => indexesFromSql(sql))());
    expect(message).toMatch(/^not the path of a file, but SQL: \w+ .+\n.*\n {2}fix: .*\{ sql: /);
    expect(message.length).toBeLessThan(400);
  });
});

test("what is refused in a program is Pulumi's RunError, which its CLI shows once, without a stack", () => {
  for (const source of ["nowhere.sql", { sql: "CREATE INDEX i ON t (" }])
    expect(() => indexesFromSql(source)).toThrow(
      expect.objectContaining({ __pulumiRunError: true, message: expect.stringContaining("fix:") }),
    );
});
