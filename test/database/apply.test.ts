import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { fill, migrate } from "../../demo/demoData.ts";
import {
  holdSnapshot,
  settle,
  stateOf,
  until,
  untilPhase,
} from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { pgindex } from "../support/tools/cli.ts";
import { startCli } from "../support/tools/cliProcess.ts";

const BY_HAND = "drizzle/0013_sticky_skreet_CONCURRENT.sql";
const GENERATED = "drizzle/migrations/0013_sticky_skreet.sql";
const MESSAGES = "conversation_messages_state_created_idx";
const STATES = "conversation_states_patient_active_expires_idx";

let db: TestDatabase;
let folder: string;
beforeAll(async () => {
  db = await createDatabase();
  folder = mkdtempSync(join(tmpdir(), "apply-"));
  await migrate(db.url);
  await fill(db.url, { states: 500, messages: 5_000 }, () => {});
});
afterEach(async () => {
  await settle(db);
  await db.query(`DROP INDEX IF EXISTS ${MESSAGES}, ${STATES}`);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await db.drop();
});

const states = async () => [await stateOf(db, MESSAGES), await stateOf(db, STATES)];
const VALID = "t/t/t";

function fileOf(sql: string): string {
  const file = join(folder, `${Math.random()}.sql`);
  writeFileSync(file, sql);
  return file;
}

/** Inserts until it is stopped; returns how many rows, and how long the slowest took. */
function writing(client: { query(sql: string): Promise<unknown> }) {
  let isOver = false;
  const work = (async () => {
    let rows = 0;
    let slowestMs = 0;
    for (; !isOver; rows += 1) {
      const began = performance.now();
      await client.query(
        `INSERT INTO conversation_messages (conversation_state_id, role, body)
         SELECT id, 'patient', 'x' FROM conversation_states LIMIT 1`,
      );
      slowestMs = Math.max(slowestMs, performance.now() - began);
    }
    return { rows, slowestMs };
  })();
  return {
    stop: () => {
      isOver = true;
      return work;
    },
  };
}

describe.each([
  ["as written by hand", BY_HAND],
  ["as drizzle-kit writes it", GENERATED],
])("the migration of the guide, %s", (_, file) => {
  test("ends with both indexes valid, on tables that are written to", async () => {
    const writer = writing(await db.connect());
    const { code, out, err } = await pgindex(["apply", file], { DATABASE_URL: db.url });
    const { rows } = await writer.stop();
    expect(code, err).toBe(0);
    expect(await states()).toEqual([VALID, VALID]);
    expect(rows).toBeGreaterThan(0);
    expect(out).toMatch(new RegExp(`public\\.${MESSAGES} +│ valid +│ built in `));
    expect(out).toContain(`pgindex.indexesFromSql("${file}")`);
    expect(err).toMatch(/^DATABASE_URL: \S+ as \S+\ndatabase \w+@\d+\/\d+, PostgreSQL \d+\n/);
    expect(err).toContain(`CREATE INDEX CONCURRENTLY "${MESSAGES}"`);
  });

  test("finishes after a kill in the middle of a build, and builds nothing twice", async () => {
    const snapshot = await holdSnapshot(db);
    const first = startCli(["apply", file], db.url);
    await untilPhase(db, "waiting for old snapshots");
    first.kill("SIGKILL");
    await first.ended;
    const oid = await db.query("SELECT indexrelid FROM pg_index WHERE NOT indisvalid");
    expect(oid).toHaveLength(1);
    await snapshot.release();
    const { code, err } = await pgindex(["apply", file], { DATABASE_URL: db.url });
    expect(code, err).toBe(0);
    expect(await states()).toEqual([VALID, VALID]);
  });
});

test("run again, it builds nothing and says so", async () => {
  const env = { DATABASE_URL: db.url };
  await pgindex(["apply", GENERATED], env);
  const again = await pgindex(["apply", GENERATED, "--json"], env);
  expect(again.code).toBe(0);
  const { indexes } = JSON.parse(again.out);
  expect(indexes).toMatchObject([
    { index: `public.${MESSAGES}`, state: "valid", built: false, buildSeconds: null },
    { index: `public.${STATES}`, state: "valid", built: false, buildSeconds: null },
  ]);
  expect(indexes[0].definition).toContain(" USING btree (conversation_state_id, created_at)");
});

test("over an INVALID leftover of the same name it builds, where IF NOT EXISTS would not", async () => {
  const snapshot = await holdSnapshot(db);
  const client = await db.connect();
  const build = client
    .query(
      `CREATE INDEX CONCURRENTLY ${STATES} ON conversation_states (patient_id, is_active, expires_at)`,
    )
    .catch(() => {});
  const pid = await untilPhase(db, "waiting for old snapshots");
  await db.query("SELECT pg_terminate_backend($1)", [pid]);
  await build;
  await snapshot.release();
  expect(await stateOf(db, STATES)).toMatch(/^f/);
  const { code, err } = await pgindex(["apply", BY_HAND], { DATABASE_URL: db.url });
  expect(code, err).toBe(0);
  expect(await states()).toEqual([VALID, VALID]);
});

test("Ctrl-C cancels the build, leaves nothing of it, and has a code of its own", async () => {
  const snapshot = await holdSnapshot(db);
  const running = startCli(["apply", GENERATED], db.url);
  await untilPhase(db, "waiting for old snapshots");
  running.kill("SIGINT");
  const { code, said } = await running.ended;
  expect(said).toContain("stopped: 0 of 2 indexes are valid");
  expect(said).toMatch(/public\.conversation_messages\w+ +│ cancelled/);
  expect(said).toMatch(/public\.conversation_states\w+ +│ not begun/);
  expect(code).toBe(130);
  await snapshot.release();
  await until("nothing is left", async () => (await states()).every((state) => !state));
});

test("--dry-run shows the statements, and changes nothing", async () => {
  const args = ["apply", GENERATED, "--dry-run"];
  const { code, out, err } = await pgindex(args, { DATABASE_URL: db.url });
  expect({ code, out }).toEqual({
    code: 0,
    out: "would build 2 of 2 indexes; nothing was changed\n",
  });
  expect(err).toContain("builds the index: it does not exist; CREATE INDEX CONCURRENTLY");
  expect((await states()).every((state) => !state)).toBe(true);
});

test("--report writes what was done, and overwrites nothing", async () => {
  const report = join(folder, "applied.md");
  const args = ["apply", GENERATED, "--report", report];
  expect((await pgindex(args, { DATABASE_URL: db.url })).code).toBe(0);
  const text = readFileSync(report, "utf8");
  expect(text).toContain(`# 2 of 2 indexes of ${GENERATED} are valid`);
  expect(text).toMatch(new RegExp(`\\| public\\.${STATES} \\| valid \\| built in [\\d.]+ m?s \\|`));
  expect(text).toContain(`CREATE INDEX ${STATES} ON public.conversation_states`);
  const again = await pgindex(args, { DATABASE_URL: db.url });
  expect(again.code).toBe(1);
  expect(again.err).toContain("it already exists");
});

test.each([
  {
    it: "a statement that creates no index",
    sql: `ALTER TABLE patients ADD COLUMN x int; CREATE INDEX patients_x ON patients (x);`,
    said: [":1: ALTER TABLE patients ADD COLUMN x int", "--indexes-only"],
  },
  {
    it: "the drop of another index",
    sql: `CREATE INDEX a1 ON patients (id); DROP INDEX IF EXISTS other;`,
    said: [":1: DROP INDEX IF EXISTS other"],
  },
  {
    it: "a file that creates none",
    sql: "SET lock_timeout = '1s'; -- CREATE INDEX a1 ON patients (id)",
    said: ["no index is left at the end"],
  },
  {
    it: "a file that undoes what it creates",
    sql: "CREATE INDEX a1 ON patients (id); DROP INDEX a1;",
    said: ["is dropped again"],
  },
  {
    it: "indexes that cannot be built, all of them at once",
    sql: `CREATE INDEX a1 ON patients (nope); CREATE INDEX a2 ON patients (id);
          CREATE INDEX a3 ON nowhere (id);`,
    said: ['"nope"', "nowhere", "refused: 2 of 3 indexes"],
  },
  { it: "SQL that does not parse", sql: "CREATE INDEX ON;", said: [":1"] },
])("$it is refused before anything is built", async ({ sql, said }) => {
  const { code, out, err } = await pgindex(["apply", fileOf(sql)], { DATABASE_URL: db.url });
  expect({ code, out }).toEqual({ code: 1, out: "" });
  for (const text of said) expect(err).toContain(text);
  expect(await db.query("SELECT 1 FROM pg_class WHERE relname ~ '^a[123]$'")).toEqual([]);
});

test.each([
  [
    "SET, BEGIN and COMMIT",
    "SET lock_timeout = '1s'; BEGIN; CREATE INDEX a1 ON patients (id); COMMIT;",
  ],
  [
    "a drop of what it creates",
    "DROP INDEX CONCURRENTLY IF EXISTS a1; CREATE INDEX a1 ON patients (id);",
  ],
  [
    "what changes the index itself",
    `CREATE INDEX a0 ON patients (id); ALTER INDEX a0 RENAME TO a1; COMMENT ON INDEX a1 IS 'x';`,
  ],
  [
    "pg_dump's set_config",
    "SELECT pg_catalog.set_config('search_path', '', false); CREATE INDEX a1 ON public.patients (id);",
  ],
])("%s is no statement that is left out", async (_, sql) => {
  const { code, err } = await pgindex(["apply", fileOf(sql)], { DATABASE_URL: db.url });
  expect(code, err).toBe(0);
  expect(await stateOf(db, "a1")).toBe(VALID);
  await db.query("DROP INDEX a1");
});

test("--indexes-only leaves the rest out", async () => {
  const file = fileOf("ALTER TABLE patients ADD COLUMN y int; CREATE INDEX a1 ON patients (id);");
  const { code } = await pgindex(["apply", file, "--indexes-only"], { DATABASE_URL: db.url });
  expect(code).toBe(0);
  expect(await stateOf(db, "a1")).toBe(VALID);
  const columns =
    "SELECT 1 FROM pg_attribute WHERE attrelid = 'patients'::regclass AND attname = 'y'";
  expect(await db.query(columns)).toEqual([]);
  await db.query("DROP INDEX a1");
});
