import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { cloneIndexStatement } from "../../providers/pgindex/src/engine/declare/statement.ts";
import {
  predictPlans,
  type TwinPlans,
} from "../../providers/pgindex/src/engine/twin/predictPlans.ts";
import { type Args, declare } from "../support/engine/engine.ts";
import { until } from "../support/engine/engineDatabase.ts";
import { createDatabase } from "../support/server/database.ts";
import { plansOf, shape, useTwins } from "../support/twin/twins.ts";

const twins = useTwins([
  "CREATE SCHEMA app",
  "CREATE EXTENSION citext SCHEMA app",
  "CREATE TYPE mood AS ENUM ('sad', 'happy')",
  "CREATE DOMAIN code AS text CHECK (VALUE ~ '^[a-z0-9]+$')",
  "CREATE TYPE place AS (street text, mood mood)",
  "CREATE TYPE span AS RANGE (subtype = float8)",
  `CREATE FUNCTION f(t text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT upper(t)'`,
  "CREATE SCHEMA util",
  `CREATE FUNCTION util.norm(t text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower(t)'`,
  "CREATE COLLATION german (provider = icu, locale = 'de')",
  "CREATE EXTENSION pg_trgm",
  `CREATE TABLE d (doc jsonb, words tsvector, at timestamptz, spot point, network inet,
     title text COLLATE german, weight text)`,
  `INSERT INTO d
   SELECT jsonb_build_object('kind', 'k' || i % 7, 'tags', jsonb_build_array('t' || i % 40, i)),
          to_tsvector('simple', 'common w' || i % 300 || ' w' || i % 9000), timestamptz '2026-01-01' + i * interval '1 min',
          point(i % 500, i / 500), ('10.' || i % 250 || '.' || i / 250 % 250 || '.1')::inet, 'Title of ' || md5(i::text), 'k' || i % 7
     FROM generate_series(1, 40000) i`,
  "CREATE TABLE owners (id int PRIMARY KEY, name text)",
  `CREATE TABLE t (id int PRIMARY KEY, owner int REFERENCES owners, mood mood, code code, place place,
     span span, email app.citext, tags text[], body text COLLATE "C",
     twice int GENERATED ALWAYS AS (id * 2) STORED, gone int, "odd ""name" int)`,
  "CREATE INDEX t_f ON t (f(body))",
  "ALTER TABLE t DROP COLUMN gone",
  "CREATE VIEW v AS SELECT id, f(body) AS loud FROM t WHERE mood = 'happy'",
  "INSERT INTO owners SELECT i, 'o' || i FROM generate_series(1, 500) i",
  `INSERT INTO t (id, owner, mood, code, place, span, email, tags, body, "odd ""name")
   SELECT i, 1 + i % 500, (CASE WHEN i % 50 = 0 THEN 'happy' ELSE 'sad' END)::mood, 'c' || i,
          ROW('s' || i, 'sad')::place, span(i, i + 10), 'U' || i || '@x', ARRAY['a' || i % 20, 'b' || i % 900],
          md5(i::text), i % 1000
     FROM generate_series(1, 40000) i`,
  "CREATE TABLE p (id int NOT NULL, at date NOT NULL, who int CHECK (who >= 0), PRIMARY KEY (id, at)) PARTITION BY RANGE (at)",
  "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
  "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY HASH (id)",
  "CREATE TABLE p2a PARTITION OF p2 FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
  "CREATE TABLE p2b PARTITION OF p2 FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
  "CREATE TABLE p3 PARTITION OF p DEFAULT",
  "INSERT INTO p SELECT i, date '2026-01-01' + i % 80, i % 1999 FROM generate_series(1, 60000) i",
  "CREATE TABLE parent (a int CHECK (a > 0), b int)",
  "CREATE TABLE child (c int) INHERITS (parent)",
  "INSERT INTO parent SELECT i, i FROM generate_series(1, 9000) i",
  "INSERT INTO child SELECT i, i % 3000, i FROM generate_series(1, 9000) i",
  "VACUUM ANALYZE",
]);

interface Foretold {
  readonly args: Args & { readonly table: string };
  readonly sql: string;
  /** What the index is of has statistics only then. */
  readonly analyzed?: boolean;
  /** How far from the real size the foretold one may be: a third, else. */
  readonly sizeWithin?: number;
}

/** What plans are made of: the twin must have all of it. */
const FORETOLD: readonly Foretold[] = [
  { args: { table: "t", columns: ['odd "name'] }, sql: 'SELECT * FROM t WHERE "odd ""name" = 7' },
  { args: { table: "t", columns: ["mood"] }, sql: "SELECT id FROM t WHERE mood = 'happy'" },
  {
    args: { table: "t", columns: ["code"], unique: true },
    sql: "SELECT * FROM t WHERE code = 'c7'",
  },
  {
    args: { table: "t", columns: ["email"] },
    sql: "SELECT * FROM t WHERE email = 'u7@X'::app.citext",
  },
  {
    args: { table: "t", columns: ["twice"], include: ["id"] },
    sql: "SELECT id FROM t WHERE twice < 90",
  },
  {
    args: { table: "t", columns: ["owner"], predicate: "util.norm(body) <> ''" },
    sql: "SELECT id FROM t WHERE owner = 77 AND util.norm(body) <> ''",
  },
  {
    args: { table: "t", columns: ["tags"], accessMethod: "gin" },
    sql: "SELECT id FROM t WHERE tags @> ARRAY['a7', 'b7']",
  },
  {
    args: { table: "t", columns: ["owner"], predicate: "mood = 'happy'" },
    sql: "SELECT loud FROM v JOIN owners o USING (id) WHERE o.id = 700",
  },
  {
    args: { table: "t", columns: ["owner"] },
    sql: "SELECT o.name, t.id FROM t JOIN owners o ON o.id = t.owner WHERE o.id = 77",
  },
  { args: { table: "p", columns: ["who"] }, sql: "SELECT * FROM p WHERE who = 7" },
  {
    args: { table: "p", columns: ["who", "at"] },
    sql: "SELECT * FROM p WHERE who = 7 AND at = '2026-02-08'",
  },
  { args: { table: "parent", columns: ["b"] }, sql: "SELECT * FROM parent WHERE b = 7" },
  {
    args: { table: "d", columns: ["doc"], accessMethod: "gin" },
    sql: `SELECT weight FROM d WHERE doc @> '{"tags": ["t7"]}'`,
    sizeWithin: 0.9,
  },
  {
    args: {
      table: "d",
      columns: [{ column: "doc", operatorClass: "jsonb_path_ops" }],
      accessMethod: "gin",
    },
    sql: `SELECT weight FROM d WHERE doc @> '{"tags": ["t7"]}'`,
    sizeWithin: 0.9,
  },
  {
    args: { table: "d", columns: ["words"], accessMethod: "gin" },
    sql: "SELECT weight FROM d WHERE words @@ 'w7'::tsquery",
    sizeWithin: 0.9,
  },
  {
    args: {
      table: "d",
      columns: [{ column: "title", operatorClass: "gin_trgm_ops" }],
      accessMethod: "gin",
    },
    sql: "SELECT weight FROM d WHERE title LIKE '%abcd%'",
  },
  {
    args: {
      table: "d",
      columns: [{ expression: "title || weight", operatorClass: "gin_trgm_ops" }],
      accessMethod: "gin",
    },
    sql: "SELECT weight FROM d WHERE title || weight LIKE '%abcd%'",
    // Nothing is known of two columns together.
    sizeWithin: 1,
  },
  {
    args: { table: "d", columns: ["title", "weight"], accessMethod: "brin" },
    sql: "SELECT weight FROM d WHERE title = 'Title of 7'",
  },
  {
    args: { table: "t", columns: ["span"], accessMethod: "gist" },
    sql: "SELECT id FROM t WHERE span @> 77.5::float8",
    sizeWithin: 0.5,
  },
  {
    args: { table: "t", columns: ["mood", "id"], predicate: "mood IS NOT NULL" },
    sql: "SELECT id FROM t WHERE mood = 'happy' AND mood IS NOT NULL",
  },
  {
    args: { table: "d", columns: ["at"], accessMethod: "brin" },
    sql: "SELECT weight FROM d WHERE at < '2026-01-02'",
  },
  {
    args: { table: "d", columns: ["spot"], accessMethod: "gist" },
    sql: "SELECT weight FROM d WHERE spot <@ box '(7,7),(9,9)'",
  },
  {
    args: { table: "d", columns: ["network"], accessMethod: "spgist" },
    sql: "SELECT weight FROM d WHERE network << '10.7.0.0/16'",
    sizeWithin: 0.5,
  },
  {
    args: { table: "d", columns: ["weight"], accessMethod: "hash", predicate: "at IS NOT NULL" },
    sql: "SELECT title FROM d WHERE weight = 'k7' AND at IS NOT NULL",
  },
  {
    args: { table: "d", columns: [{ expression: "upper(weight)" }], accessMethod: "btree" },
    sql: "SELECT title FROM d WHERE upper(weight) = 'K7'",
    analyzed: true,
  },
];

test.each<Foretold>(FORETOLD)("$sql is foretold", async ({ args, sql, ...row }) => {
  const predicted = await twins.predict({ ...args, name: "t_new_idx" }, sql);
  expect(predicted.missing).toEqual([]);
  const { before, after } = plansOf(predicted);
  const present = await twins.explain(sql);
  expect(shape(before)).toBe(shape(present));
  expect(before["Total Cost"]).toBeCloseTo(present["Total Cost"] ?? 0, 0);

  const desired = await declare({ ...args, name: "t_new_idx" });
  await twins.db.query(cloneIndexStatement(desired, desired.table, desired.name));
  if (row.analyzed) await twins.db.query(`ANALYZE ${desired.table}`);
  const real = await twins.explain(sql);
  const [{ bytes } = { bytes: 0 }] = await twins.db.query<{ bytes: number }>(
    `SELECT sum(pg_relation_size(c.oid))::float8 AS bytes FROM pg_class c
      WHERE c.oid = 't_new_idx'::regclass OR c.oid IN (SELECT relid FROM pg_partition_tree('t_new_idx'))`,
  );
  await twins.db.query("DROP INDEX t_new_idx");
  expect(shape(after).replaceAll(/p\w+_idx1?/g, "p")).toBe(
    shape(real).replaceAll(/p\w+_idx1?/g, "p"),
  );
  expect((after["Total Cost"] ?? 0) / (real["Total Cost"] ?? 1)).toBeCloseTo(1, 0);
  const pages = predicted.size.reduce((sum, each) => sum + each.pages, 0);
  expect(Math.abs(pages - bytes / 8192)).toBeLessThan(
    Math.max(4, (row.sizeWithin ?? 0.35) * (bytes / 8192)),
  );
});

test("it reads no row and holds no lock of production", async () => {
  const [before] = await twins.db.query("SELECT pg_current_wal_insert_lsn() AS lsn");
  await twins.production(["t", "p", "v"]);
  const locks = await twins.db.query(
    "SELECT 1 FROM pg_locks WHERE relation IN ('t'::regclass, 'p'::regclass)",
  );
  expect(locks).toEqual([]);
  expect(before).toBeDefined();
});

test("code of the database runs without rights, and only in the twin", async () => {
  const steals = `CREATE FUNCTION g(i int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
    BEGIN IF current_setting('is_superuser') = 'off' AND current_user = 'twin'
            AND NOT has_function_privilege('pg_read_file(text)', 'execute') THEN RETURN 41; END IF;
          RETURN i; END $$`;
  await twins.db.query(steals);
  const predicted = await twins.predict(
    { table: "t", name: "t_new_idx", columns: ["owner"] },
    "SELECT id FROM t WHERE owner = g(7)",
  );
  expect(JSON.stringify(plansOf(predicted).after)).toContain("owner = 41");
  const raises = "CREATE OR REPLACE FUNCTION g(i int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS";
  await twins.db.query(`${raises} $$ BEGIN RAISE 'a row says hush'; END $$`);
  const { queries } = await twins.predict(
    { table: "t", name: "t_new_idx", columns: ["owner"] },
    "SELECT id FROM t WHERE owner = g(7)",
  );
  expect(queries[0]?.failure).toMatch(/can quote a row/);
});

test("nor does it lie in wait for the twin's superuser", async () => {
  const file = join(tmpdir(), `${twins.db.name}_twin`);
  const ambush = `
    CREATE FUNCTION g(i int, file text) RETURNS int LANGUAGE plpgsql AS $$
    BEGIN
      IF to_regprocedure('public.same(name, name)') IS NOT NULL THEN RETURN i; END IF;
      EXECUTE format('CREATE FUNCTION public.same(name, name) RETURNS boolean LANGUAGE plpgsql AS %L',
        format('BEGIN COPY (SELECT 1) TO %L; RETURN true; END', file));
      CREATE OPERATOR public.= (LEFTARG = name, RIGHTARG = name, FUNCTION = public.same);
      EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database());
      RETURN i;
    END $$;
    CREATE OR REPLACE FUNCTION g(i int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
      $$ BEGIN RETURN public.g(i, '${file}'); END $$`;
  // Elsewhere it hits whoever logs in next and compares two names.
  const elsewhere = await createDatabase();
  await elsewhere.query(ambush);
  await elsewhere.query("SELECT g(0)");
  await (await elsewhere.connect()).query("SELECT name 'a' = name 'b'");
  await elsewhere.drop();
  expect(existsSync(file)).toBe(true);
  rmSync(file);

  await twins.db.query(ambush);
  const columns = [{ expression: "owner + g(0)" }];
  const asked = twins.predict({ table: "t", name: "t_new_idx", columns }, "SELECT id FROM t");
  expect((await asked).queries).toHaveLength(1);
  expect(existsSync(file)).toBe(false);
});

test("what the twin cannot have is said", async () => {
  await twins.db.query("CREATE TABLE said (a int, b int)");
  await twins.db.query("CREATE STATISTICS said_ab ON a, b FROM said");
  const production = await twins.production(["said"]);
  expect(production.extended).toEqual([{ schema: "public", table: "said", name: "said_ab" }]);
});

test("a table of 3 TB is as long in the twin, and takes no space", async () => {
  const production = await twins.production(["t"]);
  const pages = 400_000_000;
  const huge = {
    ...production,
    relations: production.relations.map((each) =>
      each.name === "t" ? { ...each, pages, relpages: pages, reltuples: 3e10 } : each,
    ),
  };
  const desired = await declare({ table: "t", name: "t_new_idx", columns: ["owner"] });
  const queries = [{ sql: "SELECT * FROM public.t WHERE owner = 7", values: [], settings: {} }];
  const { queries: foretold, size } = await predictPlans(twins.server, {
    production: huge,
    desired,
    queries,
  });
  expect(foretold[0]?.failure).toBeUndefined();
  expect(size[0]?.pages).toBeGreaterThan(10_000_000);
  expect(shape((foretold[0] as TwinPlans).before)).toBe("Gather < Seq Scan");
  expect((foretold[0] as TwinPlans).before["Total Cost"]).toBeGreaterThan(pages);
});

const LOCALES = [
  { provider: "b", locale: null, remarks: [] },
  { provider: "i", locale: "de-AT", remarks: [] },
  { provider: "i", locale: null, remarks: [] },
  { provider: "c", collate: "C", ctype: "POSIX", remarks: [] },
  {
    provider: "c",
    collate: "tlh_QO.utf8",
    ctype: "tlh_QO.utf8",
    remarks: [expect.stringMatching(/sorted here as ICU's tlh-QO sorts it, there as tlh_QO\.utf8/)],
  },
];

test.each(LOCALES)("a database of $provider, $locale, $collate", async ({ remarks, ...locale }) => {
  const production = await twins.production(["t"]);
  const predicted = await predictPlans(twins.server, {
    production: {
      ...production,
      database: { ...production.database, ...locale },
      extensions: [...production.extensions, { schema: "public", name: "nowhere" }],
    },
    queries: [],
  });
  expect(predicted).toMatchObject({ missing: [], remarks });
});

const folderOf = () => twins.server.directory;

test("only we can enter its folder, and it has no port", () => {
  expect(statSync(folderOf()).mode & 0o777).toBe(0o700);
  const listening = readdirSync(folderOf()).filter((name) => name.startsWith(".s.PGSQL"));
  expect(listening.length).toBeGreaterThan(0);
});

test("a process that is killed leaves nothing behind", async () => {
  const script = fileURLToPath(new URL("../support/twin/startTwin.ts", import.meta.url));
  const child = spawn(process.execPath, ["--no-warnings", script], {
    stdio: ["ignore", "pipe", "inherit"],
    cwd: dirname(script),
  });
  const folder = await new Promise<string>((resolve) =>
    child.stdout.once("data", (line) => resolve(String(line).trim())),
  );
  const [postmaster] = readFileSync(join(folder, "data", "postmaster.pid"), "utf8").split("\n");
  child.kill("SIGKILL");
  await until("the folder is gone", async () => !existsSync(folder));
  await until("the server has ended", async () => !isRunning(Number(postmaster)));
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
