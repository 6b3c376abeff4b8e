import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drizzle as drizzleOrm } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { markApplied } from "../../providers/pgindex/src/baseline/baseline.ts";
import { drizzle } from "../../providers/pgindex/src/baseline/drizzle/drizzleBookkeeping.ts";
import { readDrizzleHistory } from "../../providers/pgindex/src/baseline/drizzle/drizzleHistory.ts";
import { runStatements } from "../../providers/pgindex/src/baseline/drizzle/runStatements.ts";
import { labelOf } from "../../providers/pgindex/src/import/declaration.ts";
import { declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { createRoles, dropRoles } from "../support/engine/engineRoles.ts";
import { buildIndex } from "../support/pulumi/stackState.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
let folder: string;
beforeEach(async () => {
  db = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), "pgindex-statements-"));
});
afterEach(async () => {
  await db.drop();
  await rm(folder, { recursive: true });
});

type Files = Readonly<Record<string, string>>;

/** As drizzle-kit 0.31 writes them; each a second after the one before. */
async function write(files: Files): Promise<void> {
  await mkdir(join(folder, "meta"), { recursive: true });
  const entries = Object.keys(files).map((tag, idx) => ({ idx, tag, when: 1_000 * (idx + 1) }));
  await writeFile(join(folder, "meta/_journal.json"), JSON.stringify({ entries }));
  for (const [tag, sql] of Object.entries(files)) await writeFile(join(folder, `${tag}.sql`), sql);
}

const TABLE = { migrationsSchema: "drizzle", migrationsTable: "__drizzle_migrations" };

/** What a program's resources of one migration do, as the last of it is declared. */
async function run(since: string, { migration = since, url = db.url, settings = {} } = {}) {
  const { steps, names } = readDrizzleHistory(folder, since);
  const at = steps.findIndex((it) => it.migration === migration);
  const step = steps[at];
  if (!step) throw new Error(`there is no ${migration}`);
  const { hash, createdAt, previousAt, name, isSplit, indexes } = step;
  const mark = { ...TABLE, migration, hash, createdAt, previousAt, name };
  const declares = indexes.map(labelOf);
  const request = { folder, mark, marks: !isSplit, isFirst: at === 0, names, declares };
  const recorder = record();
  const done = runStatements(targetOf(url, settings), request, recorder.ctx);
  return { done: await done, recorder, mark: { ...mark, split: true as const }, indexes };
}

const reason = async (...args: Parameters<typeof run>) => (await failureOf(run(...args))).message;
const columns = async (table = "t") =>
  (
    await db.query(
      "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 ORDER BY attnum",
      [table],
    )
  ).map(({ attname }) => attname);
const rows = async () =>
  (await db.query("SELECT created_at::int AS at FROM drizzle.__drizzle_migrations ORDER BY 1")).map(
    ({ at }) => at,
  );
const note = async () =>
  (await db.query("SELECT obj_description('drizzle.__drizzle_migrations'::regclass) AS it"))[0]?.it;

const INIT = "CREATE TABLE t (a int);--> statement-breakpoint\nCREATE INDEX t_a ON t (a);";
const MIXED = "ALTER TABLE t ADD COLUMN b int;--> statement-breakpoint\nCREATE INDEX t_b ON t (b);";
const IDEMPOTENT = MIXED.replace("COLUMN b", "COLUMN IF NOT EXISTS b").replace(
  "INDEX t_b",
  "INDEX IF NOT EXISTS t_b",
);
const NOTED = 'pgindex has run "0001_mixed" but for its indexes';
const BOTH = { "0000_init": INIT, "0001_mixed": MIXED };

/** A database that has the first migration. */
async function withFirst(files: Files = BOTH): Promise<void> {
  await write({ "0000_init": INIT });
  expect((await run("0000_init")).done).toEqual(["0000_init"]);
  await write(files);
}

describe("what has run, when", () => {
  test("on a new database what comes before runs whole, with the tool's own ids", async () => {
    await write({ ...BOTH, "0002_more": "CREATE INDEX t_ab ON t (a, b)", "0003_next": MIXED });
    await writeFile(
      join(folder, "0003_next.sql"),
      "ALTER TABLE t ADD c int; CREATE INDEX t_c ON t (c)",
    );
    expect((await run("0003_next")).done).toEqual(
      Object.keys({ ...BOTH, "0002_more": 0, "0003_next": 0 }),
    );
    expect(await rows()).toEqual([1000, 2000, 3000]);
    const ids = await db.query("SELECT id FROM drizzle.__drizzle_migrations ORDER BY id");
    expect(ids).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    expect(await note()).toBe('pgindex has run "0003_next" but for its indexes');
  });

  test("once only: noted, then marked, whoever asks again", async () => {
    await withFirst();
    await db.query("COMMENT ON TABLE drizzle.__drizzle_migrations IS 'Ours,\n''quoted'''");
    const both = await Promise.all([run("0001_mixed"), run("0001_mixed")]);
    expect(both.flatMap(({ done }) => done)).toContain("0001_mixed");
    expect(await columns()).toEqual(["a", "b"]);
    expect(await note()).toBe(`Ours,\n'quoted'\n${NOTED}`);
    expect(await rows()).toEqual([1000]);
    expect((await run("0001_mixed")).done).toEqual([]);

    const { mark, indexes } = await run("0001_mixed");
    const desired = await Promise.all(indexes.map((index) => declare({ ...index })));
    const asked = { mark, indexes: desired };
    expect((await failureOf(markApplied(drizzle, targetOf(db.url), asked))).message).toContain(
      "public.t_b is not there",
    );
    await buildIndex(db.url, { ...indexes[0] });
    await markApplied(drizzle, targetOf(db.url), asked);
    expect(await note()).toBe("Ours,\n'quoted'");
    expect(await rows()).toEqual([1000, 2000]);
    expect((await run("0001_mixed")).done).toEqual([]);
  });

  test.each([
    ["and fails, for the column is there", MIXED, /already exists/],
    ["and marks it, for it says IF NOT EXISTS", IDEMPOTENT, /^migrated$/],
  ])("the tool itself runs between note and mark, %s", async (_, sql, outcome) => {
    await withFirst({ "0000_init": INIT, "0001_mixed": sql });
    const { mark, indexes } = await run("0001_mixed");
    const client = await db.connect();
    const migrated = migrate(drizzleOrm(client), { migrationsFolder: folder });
    expect(
      await migrated.then(
        () => "migrated",
        (error: Error) => String(error.cause ?? error),
      ),
    ).toMatch(outcome);
    await client.end();
    await buildIndex(db.url, { ...indexes[0] });
    const desired = await Promise.all(indexes.map((index) => declare({ ...index })));
    await markApplied(drizzle, targetOf(db.url), { mark, indexes: desired });
    expect(await rows()).toEqual([1000, 2000]);
    expect(await note()).toBeNull();
    expect((await run("0001_mixed")).done).toEqual([]);
  });

  test("since moved forward past one that is noted is refused, and moved back finishes it", async () => {
    await withFirst({ ...BOTH, "0002_c": "ALTER TABLE t ADD c int; CREATE INDEX t_c ON t (c)" });
    const { mark, indexes } = await run("0001_mixed");
    expect(await reason("0002_c")).toMatch(/0001_mixed/);
    expect(await columns()).toEqual(["a", "b"]);
    expect(await note()).toBe(NOTED);
    await buildIndex(db.url, { ...indexes[0] });
    await markApplied(drizzle, targetOf(db.url), { mark, indexes: [] });
    expect((await run("0002_c")).done).toEqual(["0002_c"]);
    expect(await note()).toBe('pgindex has run "0002_c" but for its indexes');
  });

  test("an index alone is no reason for the mark: the rest has to have run", async () => {
    await withFirst();
    await db.query("ALTER TABLE t ADD b int; CREATE INDEX t_b ON t (b)");
    const { migration: _, ...step } = readDrizzleHistory(folder, "0001_mixed").steps[0] ?? {};
    const { hash = "", createdAt = 0, previousAt = null } = step as Record<string, never>;
    const mark = {
      ...TABLE,
      migration: "0001_mixed",
      hash,
      createdAt,
      previousAt,
      split: true as const,
    };
    const refused = await failureOf(markApplied(drizzle, targetOf(db.url), { mark, indexes: [] }));
    expect(refused.message).toContain("its other statements have not run");
    expect(await rows()).toEqual([1000]);
  });

  test("where a later row makes the tool take it for applied, it is not run", async () => {
    await withFirst();
    await db.query(
      "INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('x', 9000)",
    );
    expect(await reason("0001_mixed")).toMatch(
      /0001_mixed will never run\n.*has a row that is later/,
    );
    expect(await columns()).toEqual(["a"]);
  });

  test("one of nothing but indexes has nothing to run, and is marked also after a later one", async () => {
    await withFirst({ "0000_init": INIT, "0001_mixed": "CREATE INDEX t_aa ON t (a, a)" });
    await db.query(
      "INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('x', 9000)",
    );
    const { done, mark, indexes } = await run("0001_mixed");
    expect(done).toEqual([]);
    await buildIndex(db.url, { ...indexes[0] });
    const desired = await Promise.all(indexes.map((index) => declare({ ...index })));
    const { split: _, ...alone } = mark;
    await markApplied(drizzle, targetOf(db.url), { mark: alone, indexes: desired });
    expect(await rows()).toEqual([1000, 2000, 9000]);
  });

  test("a later one waits for an earlier one of the program", async () => {
    await withFirst({ ...BOTH, "0002_c": "ALTER TABLE t ADD c int; CREATE INDEX t_c ON t (c)" });
    expect(await reason("0001_mixed", { migration: "0002_c" })).toMatch(
      /0002_c cannot run yet\n.*0001_mixed comes before it/,
    );
  });

  test("one before them that would block writes is refused, with since", async () => {
    await withFirst({ ...BOTH, "0002_c": "ALTER TABLE t ADD c int; CREATE INDEX t_c ON t (c)" });
    expect(await reason("0002_c")).toMatch(/block writes[\s\S]*fix: set since: "0001_mixed"/);
    expect(await columns()).toEqual(["a"]);
  });
});

describe("refused before anything runs", () => {
  test.each([
    [
      "a foreign key to a unique index",
      "CREATE UNIQUE INDEX u ON t (a); CREATE TABLE s (a int REFERENCES t (a))",
      /cannot be split: CREATE UNIQUE INDEX u ON t \(a\)\n {2}why: .*0001_mixed.sql:1 makes a foreign key/,
    ],
    [
      "ON CONFLICT",
      "CREATE UNIQUE INDEX u ON t (a); INSERT INTO t VALUES (1) ON CONFLICT (a) DO NOTHING",
      /inserts with ON CONFLICT.*\n {2}fix: .*--custom/,
    ],
    ["COMMIT", "ALTER TABLE t ADD b int; COMMIT; CREATE INDEX t_b ON t (b)", /has COMMIT at/],
  ])("%s", async (_, sql, message) => {
    await withFirst({ ...BOTH, "0001_mixed": sql });
    expect(await reason("0001_mixed")).toMatch(message);
    expect(await columns()).toEqual(["a"]);
    expect(await note()).toBeNull();
  });
});

describe("a statement that fails", () => {
  test.each([
    [
      "is said with its place, and takes all back",
      "ALTER TABLE t ADD b int;\n--> statement-breakpoint\nALTER TABLE nowhere ADD c int;",
      /failed at \S+0001_mixed\.sql:3: relation "nowhere" does not exist[\s\S]*nothing of 0001_mixed has run/,
    ],
    [
      "does not quote a row",
      "ALTER TABLE t ADD b int; UPDATE t SET b = (SELECT 'secret'::text)::int;",
      /its message can quote a row, and is not shown/,
    ],
    [
      "uses a value of the same transaction",
      "ALTER TYPE kind ADD VALUE 'b'; ALTER TABLE t ADD k kind DEFAULT 'b';",
      /fix: use the new value in a migration of its own/,
    ],
    [
      "makes what is there",
      "ALTER TABLE t ADD COLUMN a int;",
      /or: {2}if 0001_mixed has run by other means, set since/,
    ],
  ])("%s", async (_, sql, message) => {
    await withFirst({ ...BOTH, "0001_mixed": `${sql} CREATE INDEX i ON t (a);` });
    await db.query("CREATE TYPE kind AS ENUM ('a'); INSERT INTO t VALUES (1)");
    const said = await reason("0001_mixed");
    expect(said).toMatch(message);
    expect(said).not.toContain("invalid input syntax");
    expect(await columns()).toEqual(["a"]);
    expect(await note()).toBeNull();
  });
});

test("a new value of an enum serves the index, which comes after the transaction", async () => {
  await withFirst({
    "0000_init": INIT,
    "0001_mixed":
      "ALTER TYPE kind ADD VALUE 'b'; ALTER TABLE t ADD k kind; CREATE INDEX t_k ON t (k) WHERE k = 'b'",
  });
  await db.query("CREATE TYPE kind AS ENUM ('a')");
  const { indexes } = await run("0001_mixed");
  await buildIndex(db.url, { ...indexes[0] });
  expect(await db.query("SELECT 1 FROM pg_indexes WHERE indexname = 't_k'")).toHaveLength(1);
});

describe("statements on an index", () => {
  test("are left out while it is not built, and run once it is", async () => {
    const files = {
      ...BOTH,
      "0002_renamed": "ALTER INDEX t_b RENAME TO t_bb; ALTER TABLE t ADD c int",
    };
    await withFirst(files);
    const { steps } = readDrizzleHistory(folder, "0001_mixed");
    expect(steps.map(({ indexes }) => indexes.map(({ name }) => name))).toEqual([[], ["t_bb"]]);
    await run("0001_mixed");
    await db.query(
      "INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('x', 2000)",
    );
    expect((await run("0001_mixed", { migration: "0002_renamed" })).done).toEqual(["0002_renamed"]);
    expect(await columns()).toEqual(["a", "b", "c"]);

    await db.query("DELETE FROM drizzle.__drizzle_migrations WHERE created_at = 3000");
    await db.query("ALTER TABLE t DROP c; CREATE INDEX t_b ON t (b)");
    await run("0001_mixed", { migration: "0002_renamed" });
    expect(await db.query("SELECT to_regclass('t_bb')::text AS it")).toEqual([{ it: "t_bb" }]);
  });

  test("the DROP of one that somebody else built runs, as the migration says", async () => {
    const files = { ...BOTH, "0001_mixed": "DROP INDEX t_a; CREATE INDEX t_a ON t (a DESC)" };
    await withFirst(files);
    expect((await run("0001_mixed")).done).toEqual(["0001_mixed"]);
    expect(await db.query("SELECT to_regclass('t_a') AS it")).toEqual([{ it: null }]);
  });
});

describe("locks", () => {
  test("nobody queues behind it while a reader stays, and it gives up in the end", async () => {
    await withFirst();
    const reader = await db.connect();
    await reader.query("BEGIN; SELECT * FROM t");
    const settings = { patience: { waitForMs: 2_000 } };
    let isOver = false;
    const refused = failureOf(run("0001_mixed", { settings })).finally(() => {
      isOver = true;
    });
    for (let i = 0; i < 20; i += 1) await db.query("INSERT INTO t VALUES (1)");
    expect(isOver).toBe(false);
    expect((await refused).message).toMatch(
      /gave up the migration 0001_mixed[\s\S]*nothing of it has run/,
    );
    expect(await columns()).toEqual(["a"]);
    await reader.query("COMMIT");
    expect((await run("0001_mixed", { settings })).done).toEqual(["0001_mixed"]);
  });
});

test("it has the settings of role and database, as drizzle-kit has", async () => {
  await withFirst({
    "0000_init": INIT,
    "0001_mixed":
      "CREATE TABLE u (at timestamptz DEFAULT '2026-01-01 00:00'); INSERT INTO u DEFAULT VALUES;" +
      "CREATE INDEX t_b ON public.t (a)",
  });
  await db.query(`CREATE SCHEMA app; ALTER DATABASE ${db.name} SET search_path = app`);
  await db.query(`ALTER DATABASE ${db.name} SET TimeZone = 'Asia/Tokyo'`);
  await run("0001_mixed");
  expect(
    await db.query("SELECT extract(hour FROM at AT TIME ZONE 'UTC')::int AS h FROM app.u"),
  ).toEqual([{ h: 15 }]);
});

test("a role that may not is told which one may", async () => {
  await withFirst();
  const roles = await createRoles(db);
  await db.query(`GRANT USAGE, CREATE ON SCHEMA drizzle TO ${roles.deploy}`);
  await db.query(`GRANT ALL ON ALL TABLES IN SCHEMA drizzle TO ${roles.deploy}`);
  const said = await reason("0001_mixed", { url: roles.url });
  expect(said).toMatch(/may not run ALTER TABLE t ADD COLUMN b int\n.*must be owner/);
  expect(said).toContain("fix: give the Connection the role that runs drizzle-kit migrate");
  await db.query(`ALTER TABLE t OWNER TO ${roles.owner}; GRANT ${roles.owner} TO ${roles.deploy}`);
  await db.query(`GRANT ALL ON SCHEMA public TO ${roles.owner}`);
  const atNote = await reason("0001_mixed", { url: roles.url });
  expect(atNote).toMatch(/0001_mixed cannot be noted at the table "drizzle"\..*\n.*must be owner/);
  expect(await columns()).toEqual(["a"]);
  await dropRoles(db, roles);
});
