// A collation whose version has changed: said by doctor, status, refresh and a build, with what to do.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Finding } from "../../providers/pgindex/src/doctor/finding.ts";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import { closeIdleSessions } from "../../providers/pgindex/src/engine/slots/slotReservation.ts";
import { declare, record, targetOf } from "../support/engine/engine.ts";
import { serverHas } from "../support/engine/engineDatabase.ts";
import { buildIndex, exported, writeState } from "../support/pulumi/stackState.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { pgindex } from "../support/tools/cli.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query(`
    CREATE COLLATION german (provider = icu, locale = 'de');
    CREATE TABLE t (a text COLLATE german, b text, c int)`);
});
afterAll(() => db.drop());
afterEach(async () => {
  await db.query("ALTER COLLATION german REFRESH VERSION");
  if (serverHas(150000)) await db.query(`ALTER DATABASE ${db.name} REFRESH COLLATION VERSION`);
  await db.query("DROP INDEX IF EXISTS i, j");
});

/** As after an upgrade of the operating system: no session is left that has seen the old version. */
async function outdateCollation(): Promise<void> {
  await closeIdleSessions();
  await db.query("UPDATE pg_collation SET collversion = '0.1' WHERE collname = 'german'");
}

async function outdateDatabase(): Promise<void> {
  await closeIdleSessions();
  await db.query("UPDATE pg_database SET datcollversion = '0.1' WHERE datname = $1", [db.name]);
}

async function doctor(): Promise<Finding[]> {
  const { out } = await pgindex(["doctor", "--json"], {
    DATABASE_URL: db.url,
    PATH: process.env.PATH ?? "",
  });
  const { findings } = JSON.parse(out) as { findings: Finding[] };
  return findings.filter(({ check }) => check === "collations");
}

const indexOf = (name: string, column: string) =>
  buildIndex(db.url, { table: "t", name, columns: [column] });

describe("doctor", () => {
  test("all is well", async () => {
    await indexOf("i", "a");
    expect(await doctor()).toEqual([expect.objectContaining({ level: "ok" })]);
  });

  test("names the collation, its versions and indexes, and the order of what to do", async () => {
    await indexOf("i", "a");
    await indexOf("j", "c");
    await outdateCollation();
    const [finding, ...others] = await doctor();
    expect(others).toEqual([]);
    expect(finding?.level).toBe("warning");
    expect(finding?.detail).toMatch(
      /^collation "public"\."german" was recorded with version 0\.1, .* by version [1-9][\d.]+: .*: public\.i$/,
    );
    expect(finding?.fix).toMatch(
      /^first rebuild: REINDEX INDEX CONCURRENTLY "public"\."i";.*when all are rebuilt: ALTER COLLATION "public"\."german" REFRESH VERSION;$/,
    );
  });

  test("what it says to do is what mends it", async () => {
    await indexOf("i", "a");
    await outdateCollation();
    const [{ fix = "" } = { fix: "" }] = await doctor();
    for (const [sql] of fix.matchAll(/(REINDEX|ALTER)[^;]*;/g)) await db.query(sql);
    expect(await doctor()).toEqual([expect.objectContaining({ level: "ok" })]);
  });

  test("a collation that no index uses is nobody's trouble", async () => {
    await outdateCollation();
    expect(await doctor()).toEqual([expect.objectContaining({ level: "ok" })]);
  });

  test("the database's own collation", async ({ skip }) => {
    skip(!(await hasDatabaseVersion()), "this server records no version of it");
    await indexOf("j", "b");
    await outdateDatabase();
    const [finding] = await doctor();
    expect(finding?.detail).toContain(`database "${db.name}" was recorded with version 0.1`);
    expect(finding?.detail).toContain("public.j");
    expect(finding?.fix).toContain(`ALTER DATABASE "${db.name}" REFRESH COLLATION VERSION;`);
  });
});

/** libc's C and POSIX have none; PostgreSQL records it since 15. */
async function hasDatabaseVersion(): Promise<boolean> {
  if (!serverHas(150000)) return false;
  const [row] = await db.query<{ has: boolean }>(
    `SELECT pg_database_collation_actual_version(oid) IS NOT NULL AS has
       FROM pg_database WHERE datname = current_database()`,
  );
  return row?.has ?? false;
}

test("status says it of the index that it concerns, and of no other", async () => {
  const state = await writeState([
    exported("Index", "i", await indexOf("i", "a")),
    exported("Index", "j", await indexOf("j", "c")),
  ]);
  await outdateCollation();
  const { out } = await pgindex(["status", "--state", state, "--json"], { DATABASE_URL: db.url });
  const { indexes } = JSON.parse(out);
  expect(indexes[0].warnings).toEqual([
    expect.stringMatching(/was recorded with version 0\.1.*first rebuild: REINDEX/),
  ]);
  expect(indexes[1].warnings).toEqual([]);
  expect(indexes[0]).toMatchObject({ state: "valid", drift: null });
  const { out: text } = await pgindex(["status", "--state", state], { DATABASE_URL: db.url });
  expect(text).toMatch(/public\.i: collation "public"\."german" was recorded with version 0\.1/);
});

test("a refresh warns, and finds no drift", async () => {
  const built = await indexOf("i", "a");
  await outdateCollation();
  const warnings: string[] = [];
  const found = await refreshIndex(targetOf(db.url), built, (warning) => warnings.push(warning));
  expect(found).toMatchObject({ drift: null, valid: true });
  expect(warnings).toEqual([expect.stringMatching(/^public\.i: collation .*REINDEX.*REFRESH/)]);
});

describe("a build has what the server says in the index's own row, once", () => {
  test("of a collation", async () => {
    await db.query("INSERT INTO t SELECT 'x' FROM generate_series(1, 100)");
    await outdateCollation();
    const desired = await declare({ table: "t", name: "i", columns: ["a"] });
    const { ctx, lines } = record();
    await ensureIndex({ database: targetOf(db.url), desired, ctx });
    expect(lines).toEqual([
      expect.stringMatching(
        /^warning: build i: PostgreSQL says: collation "german" has version mismatch \(.*0\.1.*\) HINT: Rebuild all objects/,
      ),
    ]);
  });

  test("of the database, which it says while the connection is made", async ({ skip }) => {
    skip(!(await hasDatabaseVersion()), "this server records no version of it");
    await outdateDatabase();
    const desired = await declare({ table: "t", name: "j", columns: ["c"] });
    const { ctx, lines } = record();
    await ensureIndex({ database: targetOf(db.url), desired, ctx });
    expect(lines).toEqual([
      expect.stringMatching(/^warning: build j: PostgreSQL says: database .* version mismatch/),
    ]);
  });
});
