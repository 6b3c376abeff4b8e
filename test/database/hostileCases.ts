/**
 * Code of a table's owner that gets hold of whatever rights it runs with: it goes back to the login,
 * and ends a superuser's session, which nobody but a superuser can.
 *
 * `app` is a schema of the superuser's in which mallory may create while it plants.
 */
export const PLANTS = (victim: string): readonly (readonly [since: number, sql: string])[] => [
  [
    0,
    `CREATE FUNCTION app.strike() RETURNS int LANGUAGE plpgsql AS $$
     BEGIN
       BEGIN PERFORM set_config('role', 'none', true); EXCEPTION WHEN OTHERS THEN NULL; END;
       BEGIN PERFORM set_config('session_authorization', 'default', true);
       EXCEPTION WHEN OTHERS THEN NULL; END;
       BEGIN
         PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${victim}';
       EXCEPTION WHEN OTHERS THEN NULL; END;
       RETURN 1;
     END $$`,
  ],
  [0, immutable("app.evil(int)", "int", "$1")],
  [0, immutable("app.evil(int, int)", "int", "$1")],
  [0, immutable("app.compare(int, int)", "int", "btint4cmp($1, $2)")],
  [0, immutable("app.hash(int)", "int", "$1")],
  [0, "CREATE TABLE app.t (a int, b int, name varchar)"],
  [0, "INSERT INTO app.t SELECT n, n, n::text FROM generate_series(1, 50) n"],
  [0, "CREATE TABLE app.plain AS SELECT n AS a, n::varchar AS name FROM generate_series(1, 50) n"],
  [0, "CREATE TABLE app.u (a int)"],
  [0, "INSERT INTO app.u VALUES (1)"],
  [0, "CREATE INDEX ON app.u ((a + app.evil(0)))"],
  [14, "CREATE TABLE app.counted (a int)"],
  [14, "CREATE STATISTICS app.counted_stat ON (a + app.evil(0)), a FROM app.counted"],
  [0, "CREATE TABLE app.parts (a int) PARTITION BY RANGE ((a + app.evil(0)))"],
  [0, "CREATE TABLE app.parts_1 PARTITION OF app.parts FOR VALUES FROM (0) TO (9)"],
  ...[1, 2].map(
    (n) =>
      [
        0,
        `CREATE TABLE app.parts_with_a_name_that_is_too_long_for_that_of_its_index_${n}
           PARTITION OF app.parts FOR VALUES FROM (${n * 10}) TO (${n * 10 + 9})`,
      ] as const,
  ),
  [0, "CREATE TABLE app.sorted (a int)"],
  [0, "CREATE TABLE app.sorted_child (CHECK (a + app.evil(0) > 0)) INHERITS (app.sorted)"],
  [0, "CREATE TABLE app.whole (a int)"],
  [0, "CREATE TABLE app.child () INHERITS (app.whole)"],
  [0, "CREATE INDEX ON app.child ((a + app.evil(0)))"],
  [
    0,
    `CREATE FUNCTION app.wraps(int) RETURNS int IMMUTABLE LANGUAGE sql
     AS 'SELECT $1 + app.evil(0)'`,
  ],
  [
    0,
    `CREATE FUNCTION app.defaulted(a int, b int DEFAULT app.evil(0)) RETURNS int IMMUTABLE
     LANGUAGE sql AS 'SELECT $1'`,
  ],
  [
    14,
    `CREATE FUNCTION app.atomic(int) RETURNS int IMMUTABLE LANGUAGE sql
     BEGIN ATOMIC SELECT app.evil($1); END`,
  ],
  [0, "CREATE FUNCTION app.wipe(app.u) RETURNS int STABLE LANGUAGE sql AS 'SELECT app.evil(0)'"],
  [0, "CREATE FUNCTION app.clear(app.t) RETURNS int LANGUAGE sql AS 'SELECT app.strike()'"],
  [0, "CREATE OPERATOR app.<#> (LEFTARG = int, RIGHTARG = int, FUNCTION = app.evil)"],
  [0, "CREATE TYPE app.mood AS ENUM ('sad')"],
  [
    0,
    `CREATE FUNCTION app.to_mood(int) RETURNS app.mood IMMUTABLE LANGUAGE plpgsql
     AS $$ BEGIN PERFORM app.strike(); RETURN 'sad'; END $$`,
  ],
  [0, "CREATE CAST (int AS app.mood) WITH FUNCTION app.to_mood(int)"],
  [
    0,
    `CREATE FUNCTION app.to_text(app.mood) RETURNS text IMMUTABLE LANGUAGE plpgsql
     AS $$ BEGIN PERFORM app.strike(); RETURN 'x'; END $$`,
  ],
  [0, "CREATE CAST (app.mood AS text) WITH FUNCTION app.to_text(app.mood)"],
  [0, "CREATE TABLE app.moods AS SELECT 'sad'::app.mood AS m"],
  [0, "CREATE DOMAIN app.checked AS int CHECK (app.evil(VALUE) > 0)"],
  [
    0,
    `CREATE TABLE app.made (a int, d int DEFAULT app.evil(1), v app.checked,
       g int GENERATED ALWAYS AS (a + app.evil(0)) STORED)`,
  ],
  [0, "INSERT INTO app.made (a, v) VALUES (1, 1)"],
  [0, "CREATE TYPE app.pair AS (x app.checked)"],
  [0, "CREATE TYPE app.span AS RANGE (SUBTYPE = app.checked)"],
  [
    0,
    `CREATE FUNCTION app.apart(float8, float8) RETURNS float8 IMMUTABLE LANGUAGE plpgsql
     AS $$ BEGIN PERFORM app.strike(); RETURN $1 - $2; END $$`,
  ],
  [0, "CREATE TYPE app.floats AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = app.apart)"],
  [0, "CREATE TABLE app.spans AS SELECT app.floats(n, n + 1) AS r FROM generate_series(1, 500) n"],
  [0, "ANALYZE app.spans"],
  [0, "CREATE AGGREGATE app.total(int) (SFUNC = app.evil, STYPE = int, INITCOND = '0')"],
  [0, "CREATE FUNCTION app.adds(int, int) RETURNS int LANGUAGE sql AS 'SELECT app.strike()'"],
  [0, "CREATE OPERATOR app.<%> (LEFTARG = int, RIGHTARG = int, FUNCTION = app.adds)"],
  [0, "CREATE AGGREGATE app.sum_up(int) (SFUNC = app.adds, STYPE = int, INITCOND = '0')"],
  [0, "CREATE AGGREGATE app.last(int) (SFUNC = int4pl, STYPE = int, FINALFUNC = app.evil)"],
  [
    0,
    `CREATE FUNCTION app.many() RETURNS SETOF int STABLE LANGUAGE plpgsql
     AS $$ BEGIN RETURN NEXT app.evil(1); END $$`,
  ],
  [0, "CREATE VIEW app.v AS SELECT app.evil(a) AS a FROM app.t"],
  [0, "CREATE VIEW app.guarded WITH (security_barrier) AS SELECT app.evil(a) AS a FROM app.t"],
  [0, "CREATE VIEW app.reads AS SELECT length(pg_read_file('PG_VERSION')) AS a"],
  [0, "CREATE TABLE app.secured AS SELECT 1 AS a"],
  [0, "ALTER TABLE app.secured ENABLE ROW LEVEL SECURITY"],
  [0, "CREATE POLICY p ON app.secured USING (app.evil(a) > 0)"],
  [
    0,
    `CREATE FUNCTION app.struck() RETURNS trigger LANGUAGE plpgsql
     AS $$ BEGIN PERFORM app.strike(); RETURN NEW; END $$`,
  ],
  ...["trigger", "default", "check", "index", "rule", "generated"].map(
    (way) => [0, `CREATE TABLE app.marks_${way} ${MARKS}`] as const,
  ),
  [
    0,
    `CREATE TRIGGER struck BEFORE INSERT ON app.marks_trigger FOR EACH ROW
     EXECUTE FUNCTION app.struck()`,
  ],
  [0, "ALTER TABLE app.marks_default ADD extra int DEFAULT app.evil(1)"],
  [
    0,
    `ALTER TABLE app.marks_generated
     ADD extra int GENERATED ALWAYS AS (app.evil(created_at::int)) STORED`,
  ],
  [0, "ALTER TABLE app.marks_check ADD CHECK (app.evil(1) > 0)"],
  [0, "CREATE INDEX ON app.marks_index ((created_at + app.evil(0)))"],
  [0, "CREATE RULE r AS ON INSERT TO app.marks_rule DO ALSO SELECT app.strike()"],
  // PostgreSQL's own: src/test/regress/sql/privileges.sql
  [
    0,
    `CREATE FUNCTION app.sro_ifun(int) RETURNS int AS $$
     BEGIN
       -- Below we set the table's owner to regress_sro_user
       ASSERT current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class
                               WHERE oid = 'app.sro_tab'::regclass),
         format('sro_ifun(%s) called by %s', $1, current_user);
       RETURN $1;
     END $$ LANGUAGE plpgsql IMMUTABLE`,
  ],
  [0, "CREATE TABLE app.sro_tab (a int)"],
  [0, "INSERT INTO app.sro_tab VALUES (1), (2), (3)"],
  [0, "GRANT SELECT ON ALL TABLES IN SCHEMA app TO PUBLIC"],
];

const MARKS = "(id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)";

function immutable(signature: string, type: string, value: string): string {
  return `CREATE FUNCTION ${signature} RETURNS ${type} IMMUTABLE LANGUAGE plpgsql
    AS $$ BEGIN PERFORM app.strike(); RETURN ${value}; END $$`;
}

/** A function of a superuser's own, which calls another one. */
export const TRUSTED = `
CREATE FUNCTION app.trusted(int) RETURNS int STABLE LANGUAGE sql AS 'SELECT app.evil($1)'`;

/**
 * An operator class, which only a superuser can make, as an extension of his does, with a function
 * that is another's; and what stands on it. Nobody is aimed at yet.
 */
export const CLASSED = `
CREATE OPERATOR CLASS app.evil_ops FOR TYPE int USING btree AS
  OPERATOR 1 pg_catalog.<, OPERATOR 2 pg_catalog.<=, OPERATOR 3 pg_catalog.=,
  OPERATOR 4 pg_catalog.>=, OPERATOR 5 pg_catalog.>, FUNCTION 1 app.compare(int, int);
CREATE TYPE app.compared AS RANGE (SUBTYPE = int, SUBTYPE_OPCLASS = app.evil_ops);
CREATE TYPE app.holder AS (r app.compared);
CREATE TABLE app.ranges (id int, r app.compared, rs app.compared[], h app.holder);
INSERT INTO app.ranges SELECT n, app.compared(n, n + 2), ARRAY[app.compared(n, n + 2)],
  ROW(app.compared(n, n + 2))::app.holder FROM generate_series(1, 3) n;
CREATE TABLE app.classed AS SELECT n AS a FROM generate_series(1, 5000) n;
CREATE INDEX ON app.classed (a app.evil_ops);
CREATE OPERATOR CLASS app.evil_hash_ops FOR TYPE int USING hash AS
  OPERATOR 1 pg_catalog.=, FUNCTION 1 app.hash(int);
CREATE TABLE app.hashed AS SELECT n AS a FROM generate_series(1, 5000) n;
CREATE INDEX ON app.hashed USING hash (a app.evil_hash_ops)`;

/** One way to get code run. `naive` is what would run it; `refused`: that it must be refused. */
export interface Attack {
  readonly title: string;
  readonly since?: number;
  readonly naive: readonly string[];
}

export interface PreviewAttack extends Attack {
  readonly args: Readonly<Record<string, unknown>>;
  readonly refused?: RegExp;
}

const COPY = ["CREATE TEMPORARY TABLE t (LIKE app.t)"];

function onExpression(title: string, expression: string, refused?: RegExp): PreviewAttack {
  return {
    title,
    naive: [...COPY, `CREATE INDEX ON pg_temp.t ((${expression}))`],
    args: { columns: [{ expression }] },
    ...(refused && { refused }),
  };
}

const READ = /checked by app\.evil\(integer\) as soon as the server reads the statement/;

export const PREVIEWS: readonly PreviewAttack[] = [
  onExpression("a function of constants, as an expression", "a + app.evil(0)"),
  {
    title: "the same in a predicate",
    naive: [...COPY, "CREATE INDEX ON pg_temp.t (a) WHERE app.evil(0) = 0"],
    args: { columns: ["a"], predicate: "app.evil(0) = 0" },
  },
  {
    title: "the same in a unique index, whose duplicates are looked for",
    naive: [...COPY, "CREATE INDEX ON pg_temp.t ((a + app.evil(0)))"],
    args: { columns: [{ expression: "a + app.evil(0)" }], unique: true },
  },
  onExpression("a function in SQL that the planner inlines", "app.wraps(a)"),
  onExpression("the default of an argument", "app.defaulted(a)"),
  onExpression("an operator", "0 OPERATOR(app.<#>) 0"),
  {
    title: "an operator that the search_path finds",
    naive: [...COPY, "SET LOCAL search_path = app", "CREATE INDEX ON pg_temp.t ((0 <#> 0))"],
    args: { columns: [{ expression: "0 <#> 0" }], searchPath: ["app"] },
  },
  onExpression("a cast", "0::app.mood"),
  onExpression("the domain of an array, while it is parsed", "('{1}'::app.checked[])[1]", READ),
  onExpression("the domain of a row, while it is parsed", "('(1)'::app.pair).x", READ),
  onExpression("the domain of a range, while it is parsed", "lower('[1,2)'::app.span)", READ),
  onExpression("the same, written before the constant", "lower(app.span '[1,2)')", READ),
  {
    title: "an index that stands, which is printed and parsed again",
    naive: [...COPY, "CREATE INDEX ON pg_temp.t ((a + app.evil(0)))"],
    args: { name: "live_idx", columns: [{ expression: "a + 1" }] },
    refused: /exists with another definition/,
  },
  {
    title: "another index of the table, while a look for duplicates is planned",
    naive: ["SELECT a FROM app.u"],
    args: { table: "u", columns: ["a"], unique: true },
  },
  {
    title: "the key of a partitioned table, while the names of its parts are ordered by a plan",
    naive: ["EXPLAIN SELECT FROM app.parts"],
    args: { table: "parts", columns: ["a"] },
  },
  {
    title: "the CHECK of a child, while a look for duplicates is planned",
    naive: ["SELECT a FROM app.sorted WHERE a = 1"],
    args: { table: "sorted", columns: ["a"], predicate: "a = 1", unique: true },
  },
  {
    title: "extended statistics of the table, while a look for duplicates is planned",
    since: 14,
    naive: ["SELECT a FROM app.counted"],
    args: { table: "counted", columns: ["a"], unique: true },
  },
];

/** Those of a column, which a copy of the table gets along with it. */
export const COLUMNS: readonly PreviewAttack[] = (
  [
    ["d", "a default", "INCLUDING DEFAULTS", "INSERT INTO made (a) VALUES (1)"],
    ["g", "a generated column", "INCLUDING GENERATED", "INSERT INTO made (a) VALUES (1)"],
    ["v", "a column of a domain", "", "INSERT INTO made (v) VALUES (1)"],
  ] as const
).map(([column, title, including, insert]) => ({
  title,
  naive: [`CREATE TEMPORARY TABLE made (LIKE app.made ${including})`, insert],
  args: { table: "made", columns: [column, { expression: `${column} + 1` }], unique: true },
}));

export interface MeasureAttack extends Attack {
  readonly query: Readonly<Record<string, unknown>>;
  /** Measured as this role, which the superuser becomes. */
  readonly asReader?: boolean;
}

function reads(title: string, sql: string, others: Partial<MeasureAttack> = {}): MeasureAttack {
  return { title, naive: ["SET LOCAL search_path = app", sql], query: { sql }, ...others };
}

export const MEASUREMENTS: readonly MeasureAttack[] = [
  reads("a function", "SELECT app.evil(a) FROM app.t"),
  reads("an attribute", "SELECT u.wipe FROM app.u"),
  reads("an attribute that is VOLATILE", "SELECT t.clear FROM app.t"),
  reads("an aggregate's transition", "SELECT app.total(a) FROM app.t"),
  reads("an aggregate's transition that is VOLATILE", "SELECT app.sum_up(a) FROM app.t"),
  reads("an aggregate's end", "SELECT app.last(a) FROM app.t"),
  reads("an aggregate over a window", "SELECT app.total(a) OVER (ORDER BY a) FROM app.t"),
  reads("an operator", "SELECT a OPERATOR(app.<#>) 1 FROM app.t"),
  reads("an operator over ANY", "SELECT a FROM app.t WHERE (a OPERATOR(app.<#>) 1) = ANY ('{1}')"),
  reads("a cast", "SELECT a::app.mood FROM app.t"),
  reads("a cast to a domain", "SELECT a::app.checked FROM app.t"),
  reads("a text that is cast to a domain", "SELECT name::app.checked FROM app.t"),
  reads("a constant array of a domain", "SELECT a FROM app.t WHERE a = ANY ('{1}'::app.checked[])"),
  reads("a constant row", "SELECT a, '(1)'::app.pair FROM app.t"),
  reads("JSON as a row", `SELECT * FROM jsonb_populate_record(NULL::app.pair, '{"x": 1}')`),
  reads("JSON as columns", `SELECT * FROM json_to_record('{"x": 1}') AS r (x app.checked)`),
  reads(
    "JSON_TABLE",
    "SELECT * FROM JSON_TABLE(jsonb '[1]', '$[*]' COLUMNS (x app.checked PATH '$'))",
    { since: 17 },
  ),
  reads("a share of a sample", "SELECT a FROM app.t TABLESAMPLE SYSTEM (app.evil(50))"),
  reads("a filter of an aggregate", "SELECT count(*) FILTER (WHERE app.evil(a) > 0) FROM app.t"),
  reads("ROLLUP", "SELECT count(*) FROM app.t GROUP BY ROLLUP (app.evil(a))"),
  reads("a limit", "SELECT a FROM app.t LIMIT app.evil(1)"),
  reads("a view with a barrier", "SELECT a FROM app.guarded"),
  reads("a function in FROM", "SELECT * FROM app.many()"),
  reads("a default of an argument", "SELECT app.defaulted(a) FROM app.t"),
  reads("a function in SQL that is parsed at once", "SELECT app.atomic(a) FROM app.t", {
    since: 14,
  }),
  reads("a superuser's function in SQL", "SELECT app.trusted(a) FROM app.t"),
  reads("a view", "SELECT a FROM app.v"),
  reads("a text that names a view", "SELECT table_to_xml('app.v', true, true, '')"),
  reads("another index, while planning", "SELECT a FROM app.u"),
  reads("the index of a child, while planning", "SELECT a FROM app.whole"),
  reads("the CHECK of a child, while planning", "SELECT a FROM app.sorted WHERE a = 1"),
  reads(
    "the CHECK of a domain, in a row of VALUES",
    "SELECT v::app.checked FROM (VALUES (1)) t (v)",
  ),
  reads("extended statistics, while planning", "SELECT a FROM app.counted", { since: 14 }),
  reads("the key of a partitioned table", "SELECT a FROM app.parts WHERE a = 1"),
  reads("the distance of a range, while planning", "SELECT r FROM app.spans WHERE r && '[9,10)'"),
  reads("a policy", "SELECT a FROM app.secured", { asReader: true }),
  {
    title: "the values that are found, as text",
    naive: ["SELECT m::text FROM app.moods"],
    query: { sql: "SELECT m FROM app.moods WHERE m = $1", sample: "SELECT m FROM app.moods" },
  },
  {
    title: "a value that is read as an array of a domain",
    naive: ["SELECT '{1}'::app.checked[]"],
    query: { sql: "SELECT a FROM app.t WHERE a = ANY ($1::app.checked[])", values: ["{1}"] },
  },
  {
    title: "what finds the values",
    naive: ["SELECT app.evil(a) FROM app.t"],
    query: { sql: "SELECT a FROM app.t WHERE a = $1", sample: "SELECT app.evil(a) FROM app.t" },
  },
];

/** Of tables of {@link CLASSED}: none names a function or an operator of its own. */
export const COMPARISONS: readonly MeasureAttack[] = [
  reads("ranges in ORDER BY", "SELECT id FROM app.ranges ORDER BY r"),
  reads("ranges in a window", "SELECT rank() OVER (ORDER BY r) FROM app.ranges"),
  reads("arrays of ranges", "SELECT id FROM app.ranges ORDER BY rs"),
  reads("rows with ranges", "SELECT id FROM app.ranges ORDER BY h"),
  reads("the greatest of ranges", "SELECT GREATEST(r, r) FROM app.ranges"),
  reads("an operator of PostgreSQL's", "SELECT FROM app.ranges a, app.ranges b WHERE a.r < b.r"),
  reads(
    "an aggregate over an order",
    "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY r) FROM app.ranges",
  ),
  reads("a constant", "SELECT id FROM app.ranges WHERE '[1,3)'::app.compared IS NOT NULL"),
  reads("ranges of several", "SELECT id FROM app.ranges ORDER BY multirange(r)", { since: 14 }),
  reads("a search in an index", "SELECT a FROM app.classed WHERE a = 4"),
  reads("a search in a hash index", "SELECT a FROM app.hashed WHERE a = 4"),
];
