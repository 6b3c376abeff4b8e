import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Finding } from "../../providers/pgindex/src/doctor/finding.ts";
import { hold, holdWrite, settle } from "../support/engine/engineDatabase.ts";
import { leave } from "../support/engine/engineLeftovers.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { pgindex, SAYS_WHICH } from "../support/tools/cli.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query("CREATE TABLE t (a int)");
});
afterAll(() => db.drop());
afterEach(() => settle(db));

async function doctor(url = db.url) {
  const { code, out, err } = await pgindex(["doctor", "--json"], {
    DATABASE_URL: url,
    PATH: process.env.PATH ?? "",
  });
  const { ok, findings } = JSON.parse(out) as { ok: boolean; findings: Finding[] };
  const about = (check: string) => findings.filter((finding) => finding.check === check);
  return { code, err, ok, about };
}

test("a server where all is well", async () => {
  const { about, err } = await doctor();
  expect(err).toMatch(SAYS_WHICH);
  expect(about("server")).toEqual([
    { check: "server", level: "ok", detail: expect.stringMatching(/^PostgreSQL \d+/) },
  ]);
  for (const check of [
    "sight",
    "connections",
    "comparison",
    "INVALID indexes",
    "open transactions",
  ])
    expect(about(check), check).toEqual([expect.objectContaining({ level: "ok" })]);
});

test("a role with too few connections", async () => {
  const role = `${db.name}_few`;
  await db.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x' CONNECTION LIMIT 2`);
  const url = Object.assign(new URL(db.url), { username: role, password: "x" }).href;
  const { about } = await doctor(url);
  await db.query(`DROP ROLE ${role}`);
  expect(about("connections")).toEqual([
    expect.objectContaining({ level: "ok", detail: expect.stringMatching(/of the server/) }),
    {
      check: "connections",
      level: "warning",
      detail:
        `1 of 2 of role ${role} are in use, and 0 are left to others: ` +
        "an operation waits for free ones",
      fix: "close idle sessions, or raise the limit",
    },
  ]);
});

test("INVALID indexes are named, unique ones with what they do to the application", async () => {
  await leave(db, { table: "t", index: "left_behind", body: "(a)", unique: true, state: "f/t/t" });
  const { about } = await doctor();
  expect(about("INVALID indexes")).toEqual([
    {
      check: "INVALID indexes",
      level: "warning",
      detail: expect.stringContaining("public.left_behind: no query uses it"),
      fix: expect.stringContaining("DROP INDEX CONCURRENTLY public.left_behind"),
    },
  ]);
  expect(about("INVALID indexes")[0]?.detail).toContain("because it is UNIQUE it can reject rows");
  await db.query("DROP INDEX left_behind");
});

test.each([
  ["f/f/t", /no query uses it, and no write pays for it; it takes up disk space$/],
  ["f/f/f", /no query uses it, and no write pays for it; it takes up disk space$/],
  ["f/t/t", /no query uses it, every write pays for it$/],
] as const)("an INVALID index that is %s", async (state, detail) => {
  await leave(db, { table: "t", index: "left_behind", body: "(a)", state });
  expect((await doctor()).about("INVALID indexes")).toMatchObject([
    {
      detail: expect.stringMatching(detail),
      fix: expect.stringMatching(/^declare it, and pulumi/),
    },
  ]);
  await db.query("DROP INDEX left_behind");
});

test("what a REINDEX of a TOAST table has left is dropped, and cannot be declared", async () => {
  await db.query("CREATE TABLE toasted (body text)");
  const writer = await holdWrite(db, "toasted");
  const reindexing = await db.connect();
  await reindexing.query("SET lock_timeout = '100ms'");
  await reindexing.query("REINDEX TABLE CONCURRENTLY toasted").catch(() => undefined);
  await writer.release();
  const [found, ...more] = (await doctor()).about("INVALID indexes");
  expect(more).toEqual([]);
  expect(found?.detail).toMatch(
    /^pg_toast\.pg_toast_\d+_index_ccnew \(of public.toasted's TOAST table\): /,
  );
  expect(found?.fix).toMatch(
    /^if nobody is building it: DROP INDEX CONCURRENTLY pg_toast\.pg_toast_\d+_index_ccnew; a REINDEX/,
  );
  await db.query("DROP TABLE toasted");
});

test("an inactive replication slot", async ({ skip }) => {
  const [{ level = "" } = {}] = await db.query<{ level: string }>(
    "SELECT current_setting('wal_level') AS level",
  );
  if (level === "minimal") skip("wal_level is minimal: the server has no slots");
  const slot = `doctor_${db.name}`;
  await db.query("SELECT pg_create_physical_replication_slot($1, true)", [slot]);
  try {
    const found = (await doctor()).about("replication slots");
    const ours = found.find(({ detail }) => detail.startsWith(`${slot} is inactive`));
    expect(ours).toMatchObject({
      level: "warning",
      fix: expect.stringContaining(`pg_drop_replication_slot('${slot}')`),
    });
  } finally {
    await db.query("SELECT pg_drop_replication_slot($1)", [slot]);
  }
});

test("an event trigger", async () => {
  await db.query(`
    CREATE FUNCTION look() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
    CREATE EVENT TRIGGER "on index" ON ddl_command_end WHEN TAG IN ('CREATE INDEX')
    EXECUTE FUNCTION look()`);
  const { about } = await doctor();
  await db.query(`DROP EVENT TRIGGER "on index"; DROP FUNCTION look()`);
  expect(about("event triggers")).toMatchObject([
    { level: "warning", detail: expect.stringContaining("on index fires on CREATE INDEX") },
  ]);
  expect((await doctor()).about("event triggers")).toEqual([]);
});

test("a transaction that is young is no finding", async () => {
  await hold(db, "BEGIN", "SELECT 1");
  expect((await doctor()).about("open transactions")).toMatchObject([{ level: "ok" }]);
});

test("an unreachable server is a finding with advice, and says that it could not look", async () => {
  const { code, ok, about } = await doctor("postgresql://nobody:canary@127.0.0.1:1/none");
  // These tests are set up without a Pulumi CLI where none of its own run: then that is bad too.
  const isAllElseWell = about("Pulumi CLI")[0]?.level !== "problem";
  expect({ code, ok }).toEqual({ code: isAllElseWell ? 3 : 2, ok: false });
  expect(about("server")).toMatchObject([
    { level: "problem", detail: expect.stringContaining("cannot connect to 127.0.0.1:1/none") },
  ]);
  expect(JSON.stringify(about("server"))).not.toContain("canary");
});
