import { describe, expect, test } from "vitest";
import { indexesFromSql, readSql } from "../../../providers/pgindex/src/import/indexesFromSql.ts";
import { read } from "../../support/import/readSql.ts";

const MADE = "CREATE TABLE t (a int, b text);\nCREATE INDEX i ON t (a);";

/** What follows the index i on t (a), and what is declared then. */
const FOLLOWED: readonly (readonly [string, string, readonly object[]])[] = [
  [
    "a default tablespace",
    "SET default_tablespace = fast; CREATE INDEX j ON t (b); SET default_tablespace TO ''; " +
      "CREATE INDEX k ON t (b); SET default_tablespace = fast; RESET ALL; CREATE INDEX l ON t (b)",
    [
      { table: "t", name: "i", columns: ["a"] },
      { table: "t", name: "j", columns: ["b"], tablespace: "fast" },
      { table: "t", name: "k", columns: ["b"] },
      { table: "t", name: "l", columns: ["b"] },
    ],
  ],
  [
    "a tablespace of one transaction",
    "BEGIN; SET LOCAL default_tablespace = fast; CREATE INDEX j ON t (b); COMMIT; " +
      "CREATE INDEX k ON t (b)",
    [
      { table: "t", name: "i", columns: ["a"] },
      { table: "t", name: "j", columns: ["b"], tablespace: "fast" },
      { table: "t", name: "k", columns: ["b"] },
    ],
  ],
  [
    "set_config",
    "SELECT set_config('search_path', 'app, public', false); " +
      "SELECT pg_catalog.set_config('search_path', 'app', false); CREATE INDEX j ON t (b)",
    [
      { table: "t", name: "i", columns: ["a"] },
      { schema: "app", table: "t", name: "j", columns: ["b"] },
    ],
  ],
  [
    "a search_path whose tables are known",
    "CREATE TABLE app.u (a int); SET search_path = app, public; CREATE INDEX j ON u (a); " +
      "CREATE INDEX k ON t (b)",
    [
      { table: "t", name: "i", columns: ["a"] },
      { schema: "app", table: "u", name: "j", columns: ["a"] },
      { table: "t", name: "k", columns: ["b"] },
    ],
  ],
  [
    "a schema dropped",
    "CREATE SCHEMA x; CREATE INDEX j ON x.t (a); DROP SCHEMA x CASCADE; SELECT 1",
    [{ table: "t", name: "i", columns: ["a"] }],
  ],
  [
    "a schema renamed",
    "CREATE INDEX j ON x.t (a); ALTER SCHEMA x RENAME TO y",
    [
      { table: "t", name: "i", columns: ["a"] },
      { schema: "y", table: "t", name: "j", columns: ["a"] },
    ],
  ],
  [
    "a table moved",
    "ALTER TABLE t SET SCHEMA app",
    [{ schema: "app", table: "t", name: "i", columns: ["a"] }],
  ],
  [
    "a table moved to public",
    "CREATE INDEX j ON x.u (a); ALTER TABLE x.u SET SCHEMA public",
    [
      { table: "t", name: "i", columns: ["a"] },
      { table: "u", name: "j", columns: ["a"] },
    ],
  ],
  ["a table renamed", "ALTER TABLE t RENAME TO u", [{ table: "u", name: "i", columns: ["a"] }]],
  [
    "a column renamed",
    "CREATE INDEX j ON t (b DESC) INCLUDE (a); ALTER TABLE t RENAME COLUMN a TO c",
    [
      { table: "t", name: "i", columns: ["c"] },
      { table: "t", name: "j", columns: [{ column: "b", order: "desc" }], include: ["c"] },
    ],
  ],
  [
    "a column dropped",
    "CREATE INDEX j ON t (b); ALTER TABLE t DROP COLUMN a; SELECT 1",
    [{ table: "t", name: "j", columns: ["b"] }],
  ],
  [
    "storage parameters",
    "ALTER INDEX i SET (fillfactor = 50, deduplicate_items = off); ALTER INDEX i RESET (fillfactor)",
    [{ table: "t", name: "i", columns: ["a"], storageParameters: { deduplicate_items: "off" } }],
  ],
  [
    "all storage parameters reset",
    "ALTER INDEX i SET (fillfactor = 50); ALTER INDEX i RESET (fillfactor)",
    [{ table: "t", name: "i", columns: ["a"] }],
  ],
  [
    "another tablespace",
    "ALTER INDEX i SET TABLESPACE fast",
    [{ table: "t", name: "i", columns: ["a"], tablespace: "fast" }],
  ],
  [
    "statistics of an expression",
    "CREATE INDEX j ON t (a, (a + 1)); ALTER INDEX j ALTER COLUMN 2 SET STATISTICS 400",
    [
      { table: "t", name: "i", columns: ["a"] },
      { table: "t", name: "j", columns: ["a", { expression: "a + 1", statistics: 400 }] },
    ],
  ],
  [
    "what changes no definition",
    "ALTER TABLE t CLUSTER ON i; ALTER TABLE t REPLICA IDENTITY USING INDEX i; " +
      "ALTER TABLE t ALTER COLUMN a TYPE bigint; REINDEX INDEX i",
    [{ table: "t", name: "i", columns: ["a"] }],
  ],
  [
    "a constraint of the index, dropped",
    "CREATE UNIQUE INDEX j ON t (b); ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX j; " +
      "ALTER TABLE t DROP CONSTRAINT c; SELECT 1",
    [{ table: "t", name: "i", columns: ["a"] }],
  ],
  [
    "a constraint of the index, renamed",
    "CREATE UNIQUE INDEX j ON t (b); ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX j; " +
      "ALTER TABLE t RENAME CONSTRAINT c TO d",
    [
      { table: "t", name: "i", columns: ["a"] },
      { table: "t", name: "d", columns: ["b"], unique: true, constraint: "unique" },
    ],
  ],
  [
    "a transaction taken back",
    "BEGIN; CREATE INDEX j ON t (b); SAVEPOINT s; DROP INDEX i; ROLLBACK TO s; COMMIT; " +
      "BEGIN; DROP INDEX j; ROLLBACK",
    [
      { table: "t", name: "i", columns: ["a"] },
      { table: "t", name: "j", columns: ["b"] },
    ],
  ],
  [
    "a copy of a table whose indexes are not copied",
    "CREATE TABLE u (LIKE t INCLUDING DEFAULTS); CREATE TABLE v (LIKE t INCLUDING ALL EXCLUDING INDEXES)",
    [{ table: "t", name: "i", columns: ["a"] }],
  ],
  [
    "a copy of a table without indexes",
    "CREATE TABLE w (a int PRIMARY KEY); CREATE TABLE u (LIKE w INCLUDING ALL)",
    [{ table: "t", name: "i", columns: ["a"] }],
  ],
  [
    "tables made of queries",
    "CREATE TABLE u AS SELECT * FROM t; SELECT 1 AS a INTO v; CREATE INDEX j ON u (a); " +
      "SELECT 1 AS a INTO TEMP z; CREATE INDEX k ON z (a)",
    [
      { table: "t", name: "i", columns: ["a"] },
      { table: "u", name: "j", columns: ["a"] },
    ],
  ],
  [
    "a partition's index that its parent's takes over",
    "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);" +
      "CREATE INDEX own ON p1 (a); CREATE INDEX other ON p1 (a DESC); CREATE INDEX all_idx ON p (a)",
    [
      { table: "t", name: "i", columns: ["a"] },
      { table: "p1", name: "other", columns: [{ column: "a", order: "desc" }] },
      { table: "p", name: "all_idx", columns: ["a"] },
    ],
  ],
  [
    "a table attached with the index of its parent",
    "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE INDEX all_idx ON p (a); " +
      "ALTER TABLE p ATTACH PARTITION t FOR VALUES IN (1)",
    [{ table: "p", name: "all_idx", columns: ["a"] }],
  ],
  [
    "a DO block about something else",
    "DO $$ BEGIN CREATE TYPE mood AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN null; END $$; " +
      "DO $$ BEGIN ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES u (a); END $$; " +
      "DO $$ BEGIN EXECUTE 'GRANT SELECT ON t TO x'; EXECUTE format('COMMENT ON TABLE %I IS NULL', 't'); END $$",
    [{ table: "t", name: "i", columns: ["a"] }],
  ],
  [
    "a function that is not called",
    "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE INDEX j ON t (b); END $$; SELECT now()",
    [{ table: "t", name: "i", columns: ["a"] }],
  ],
  [
    "things dropped with all that depends on them, but no index",
    "DROP FUNCTION IF EXISTS touch() CASCADE; DROP VIEW v CASCADE; DROP TYPE IF EXISTS zz CASCADE",
    [{ table: "t", name: "i", columns: ["a"] }],
  ],
  [
    "a column in expressions and predicates, renamed",
    "CREATE INDEX j ON t (lower(b), (a + length(t.b))) WHERE b > 'b' AND b(a) IS NULL; " +
      'ALTER TABLE t RENAME b TO "C d"',
    [
      { table: "t", name: "i", columns: ["a"] },
      {
        table: "t",
        name: "j",
        columns: [{ expression: 'lower("C d")' }, { expression: 'a + length(t."C d")' }],
        predicate: `"C d" > 'b' AND b(a) IS NULL`,
      },
    ],
  ],
  [
    "a column in an expression or a predicate, dropped",
    "CREATE INDEX j ON t (lower(b)); CREATE INDEX k ON t (a) WHERE t.b > ''; " +
      "CREATE INDEX l ON t (b(a)) WHERE 'b' > ''; ALTER TABLE t DROP COLUMN b; SELECT 1",
    [
      { table: "t", name: "i", columns: ["a"] },
      { table: "t", name: "l", columns: [{ expression: "b(a)" }], predicate: "'b' > ''" },
    ],
  ],
  [
    "a table in a predicate and as a whole row, renamed",
    "CREATE INDEX j ON t (f(t), g(t.*)) WHERE t.b > ''; ALTER TABLE t RENAME TO u",
    [
      { table: "u", name: "i", columns: ["a"] },
      {
        table: "u",
        name: "j",
        columns: [{ expression: 'f("u")' }, { expression: 'g("u".*)' }],
        predicate: `"u".b > ''`,
      },
    ],
  ],
  [
    "a column with the name of its table, whose table is renamed",
    "CREATE TABLE w (w int); CREATE INDEX j ON w ((w + 1)); ALTER TABLE w RENAME TO u",
    [
      { table: "t", name: "i", columns: ["a"] },
      { table: "u", name: "j", columns: [{ expression: "w + 1" }] },
    ],
  ],
  [
    "an index that is not made, for a table has its name",
    "CREATE TABLE other (b int); CREATE INDEX IF NOT EXISTS other ON t (b, a); " +
      "CREATE INDEX IF NOT EXISTS t ON t (b); DROP TABLE other; " +
      "CREATE INDEX IF NOT EXISTS other ON t (b)",
    [
      { table: "t", name: "i", columns: ["a"] },
      { table: "t", name: "other", columns: ["b"] },
    ],
  ],
  [
    "functions that are about something else, called",
    "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN " +
      "CREATE TEMP TABLE tt (a int) ON COMMIT DROP; DROP TABLE tt; " +
      "EXECUTE 'drop policy x on ' || 't'; ALTER FUNCTION g() RENAME TO h; END $$; SELECT f(); " +
      "CREATE FUNCTION index_of(text) RETURNS int LANGUAGE sql AS 'SELECT 1'; SELECT index_of('a'); " +
      "CREATE FUNCTION h(int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN " +
      "PERFORM h($1 - 1); ALTER TYPE x RENAME TO y; END $$; SELECT h(3)",
    [{ table: "t", name: "i", columns: ["a"] }],
  ],
  [
    "a type dropped with all that depends on it",
    "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE w (a int, m mood, n mood); " +
      "CREATE INDEX j ON w (a); CREATE INDEX k ON w (n); CREATE INDEX l ON w (m); " +
      "ALTER TABLE w ALTER m TYPE text; ALTER TYPE mood RENAME TO old; " +
      "ALTER TABLE w RENAME n TO o; DROP TYPE old CASCADE; SELECT 1",
    [
      { table: "t", name: "i", columns: ["a"] },
      { table: "w", name: "j", columns: ["a"] },
      { table: "w", name: "l", columns: ["m"] },
    ],
  ],
  [
    "a function dropped with all that depends on it, and a column of its name",
    "CREATE INDEX j ON t (b) WHERE b > ''; DROP FUNCTION b(int) CASCADE",
    [
      { table: "t", name: "i", columns: ["a"] },
      { table: "t", name: "j", columns: ["b"], predicate: "b > ''" },
    ],
  ],
  [
    "a view dropped with the materialized views that read it",
    "CREATE VIEW v AS SELECT a FROM t; CREATE MATERIALIZED VIEW m AS " +
      "WITH x AS (SELECT a FROM v) SELECT a FROM x; CREATE MATERIALIZED VIEW n AS SELECT a FROM t; " +
      "CREATE INDEX j ON m (a); CREATE INDEX k ON n (a); DROP VIEW v CASCADE; SELECT 1",
    [
      { table: "t", name: "i", columns: ["a"] },
      { table: "n", name: "k", columns: ["a"] },
    ],
  ],
];

describe("is followed", () => {
  test.each(FOLLOWED)("%s", (_, sql, expected) => {
    expect(read(`${MADE}\n${sql}`)).toEqual(expected);
  });
});

/** What follows the index i on t (a), and is refused on line 3. */
const NAMED: readonly (readonly [string, string, RegExp])[] = [
  ["a DO block that makes an index", "DO $$ BEGIN CREATE INDEX j ON t (b); END $$", /DO/],
  [
    "a DO block that makes one when asked",
    "DO $$ BEGIN IF NOT EXISTS (SELECT 1) THEN CREATE INDEX j ON t (b); END IF; END $$",
    /CREATE INDEX j ON t \(b\)/,
  ],
  ["a DO block that drops one", "DO $$ BEGIN DROP INDEX i; END $$", /DROP INDEX i/],
  ["a DO block that drops its table", "DO $$ BEGIN DROP TABLE t; END $$", /DROP TABLE t/],
  [
    "a DO block with a text that it runs",
    "DO $$ BEGIN EXECUTE 'CREATE INDEX j ON t (b)'; END $$",
    /CREATE INDEX j/,
  ],
  [
    "a DO block with a text that it puts together",
    "DO $$ DECLARE r record; BEGIN FOR r IN SELECT 1 AS x LOOP EXECUTE format('CREATE INDEX %I ON t (b)', r.x); END LOOP; END $$",
    /format/,
  ],
  [
    "a DO block with a text from elsewhere",
    "DO $$ DECLARE s text; BEGIN EXECUTE s; END $$",
    /EXECUTE s/,
  ],
  ["a DO block in another language", "DO LANGUAGE plperl $$ spi_exec_query('…'); $$", /plperl/],
  [
    "a function that makes one, called",
    "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'CREATE INDEX j ON t (b)'; SELECT public.f()",
    /f\(\)/,
  ],
  [
    "a procedure that makes one, called",
    "CREATE PROCEDURE f() LANGUAGE plpgsql AS $$ BEGIN CREATE INDEX j ON t (b); END $$; CALL f()",
    /f\(\)/,
  ],
  [
    "a function whose name says that it makes one",
    "SELECT create_index_if_not_exists('t', 'j', '(b)')",
    /create_index_if_not_exists/,
  ],
  ["a call in an INSERT", "INSERT INTO done SELECT create_index('t', 'j')", /create_index/],
  [
    "a DO block with what a tool has yet to fill in",
    "DO $$ BEGIN ALTER TABLE {{ .Schema }}.t RENAME a TO c; END $$",
    /the placeholder \{\{ \.Schema \}\}/,
  ],
  [
    "a quoted name with what a tool has yet to fill in",
    'CREATE INDEX j ON "{{ index .Options "Schema" }}".t (b)',
    /the placeholder \{\{ index \.Options "Schema" \}\}/,
  ],
  [
    "a DO block that PL/pgSQL refuses",
    "DO $$ BEGIN BEGIN CREATE INDEX j ON t (b); END $$",
    /DO block/,
  ],
  ["a copy of a table with its indexes", "CREATE TABLE u (LIKE t INCLUDING INDEXES)", /public\.i/],
  ["a copy of a table with everything", "CREATE TABLE u (LIKE t INCLUDING ALL)", /LIKE/],
  [
    "a copy of a table that is not in the files",
    "CREATE TABLE u (LIKE elsewhere INCLUDING ALL)",
    /elsewhere/,
  ],
  [
    "a function in an index, dropped with all that depends on it",
    "CREATE INDEX j ON t (norm(b)); DROP FUNCTION norm(text) CASCADE",
    /public\.j/,
  ],
  [
    "an extension dropped with all that depends on it",
    "CREATE INDEX j ON t USING gin (b gin_trgm_ops); DROP EXTENSION pg_trgm CASCADE",
    /public\.j/,
  ],
  [
    "a field of a whole row, renamed",
    "CREATE INDEX j ON t (((t).b)); ALTER TABLE t RENAME b TO c",
    /public\.j/,
  ],
  [
    "a field of a whole row, dropped",
    "CREATE INDEX j ON t (lower((t).b)); ALTER TABLE t DROP b",
    /public\.j/,
  ],
  [
    "what may be a whole row, in a table that is not in the files",
    "CREATE INDEX j ON x (f(x)); ALTER TABLE x RENAME TO y",
    /public\.j/,
  ],
  ["an index with the name of a table", "CREATE INDEX t ON t (b)", /public\.t/],
  [
    "a type dropped with all that depends on it, which may be a column of a copied table",
    "CREATE TABLE w AS SELECT 1 AS a; CREATE INDEX j ON w (a); DROP TYPE mood CASCADE",
    /public\.j/,
  ],
  [
    "a view dropped, which a view that is not in the files may read",
    "CREATE MATERIALIZED VIEW m AS SELECT * FROM x; CREATE INDEX j ON m (a); DROP VIEW v CASCADE",
    /public\.j/,
  ],
  [
    "a function with two bodies, of which one makes an index",
    "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'CREATE INDEX j ON t (b)'; " +
      "CREATE FUNCTION f(int) RETURNS void LANGUAGE sql AS 'SELECT'; SELECT f()",
    /f\(\)/,
  ],
  ["all of a role", "DROP OWNED BY ada", /DROP OWNED/],
  ["all indexes of a tablespace", "ALTER INDEX ALL IN TABLESPACE a SET TABLESPACE b", /TABLESPACE/],
  [
    "a partition detached",
    "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p DEFAULT; " +
      "CREATE INDEX j ON p (a); ALTER TABLE p DETACH PARTITION p1",
    /public\.j/,
  ],
  ["a schema dropped without CASCADE", "DROP SCHEMA public", /public\.i/],
  [
    "a setting that a query computes",
    "SELECT set_config('search_path', current_user, false); CREATE INDEX j ON t (b)",
    /schema/,
  ],
];

describe("is named with its line", () => {
  test.each(NAMED)("%s", (_, sql, message) => {
    expect(() => read(`${MADE}\n${sql}`)).toThrow(message);
    expect(() => read(`${MADE}\n${sql}`)).toThrow(/sql:3\b/);
    expect(() => read(`${MADE}\n${sql}`)).toThrow(/\n {2}why: .+\n {2}fix: .+/);
  });
});

test("the line within a DO block is named", () => {
  const sql = `${MADE}\nDO $$\nBEGIN\n  CREATE INDEX j ON t (b);\nEND\n$$;`;
  expect(() => read(sql)).toThrow(/sql:5\b/);
});

test("what goes with something else is noted", () => {
  const sql = `${MADE}\nALTER TABLE t DROP COLUMN a;\nSELECT create_hypertable('t', 'at');`;
  expect(readSql({ sql }).notes).toEqual([
    expect.stringMatching(/create_hypertable.*sql:4/),
    expect.stringMatching(/public\.i.*sql:2.*sql:3/),
  ]);
});

test("a table that another file has made is known", () => {
  expect(
    indexesFromSql({ sql: "CREATE TABLE a (b int); CREATE TABLE c (LIKE a INCLUDING ALL)" }),
  ).toEqual([]);
});
