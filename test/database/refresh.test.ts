import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import {
  type IndexOutputs,
  toIndexOutputs,
} from "../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import { declare, record, targetOf } from "../support/engine/engine.ts";
import { oidOf, settle } from "../support/engine/engineDatabase.ts";
import { LEFTOVER_STATES, leave } from "../support/engine/engineLeftovers.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
let outputs: IndexOutputs;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

beforeEach(async () => {
  await db.query("CREATE TABLE t (a int, b int)");
  await db.query("CREATE TABLE other (a int)");
  await db.query("INSERT INTO t SELECT i, i FROM generate_series(1, 1000) i");
  const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });
  const ensured = await ensureIndex({ database: targetOf(db.url), desired, ctx: record().ctx });
  outputs = toIndexOutputs(ensured, desired, []);
});
afterEach(async () => {
  await settle(db);
  await db.query("DROP TABLE IF EXISTS t, other; DROP VIEW IF EXISTS t_idx");
});

const refresh = () => refreshIndex(targetOf(db.url), outputs);

describe("gone", () => {
  test.each([
    ["dropped", "DROP INDEX t_idx"],
    ["with its table", "DROP TABLE t"],
    ["and the name is a view's", "DROP INDEX t_idx; CREATE VIEW t_idx AS SELECT 1 AS one"],
  ])("%s", async (_title, statement) => {
    await db.query(statement);
    expect(await refresh()).toBeUndefined();
  });
});

test("renamed by somebody else: told, and the declared name stays in the outputs", async () => {
  await db.query("ALTER INDEX t_idx RENAME TO renamed_idx");
  expect(await refresh()).toMatchObject({
    name: "t_idx",
    valid: true,
    drift: "renamed outside to renamed_idx",
  });
});

describe("changed by others: told, with the live definition and the old canonical form", () => {
  test.each<[title: string, statement: string, drift: RegExp]>([
    [
      "another column",
      "DROP INDEX t_idx; CREATE INDEX t_idx ON t (b)",
      /columns: .*a .*, found b /,
    ],
    [
      "unique",
      "DROP INDEX t_idx; CREATE UNIQUE INDEX t_idx ON t (a)",
      /unique: .*none, found true/,
    ],
    [
      "a predicate",
      "DROP INDEX t_idx; CREATE INDEX t_idx ON t (a) WHERE b > 0",
      /predicate: .*found \(b > 0\)/,
    ],
    [
      "a parameter",
      "ALTER INDEX t_idx SET (fillfactor = 50)",
      /storageParameters: .*found fillfactor=50/,
    ],
    ["a renamed column", "ALTER TABLE t RENAME COLUMN a TO c", /columns: .*found c /],
    [
      "another table",
      "DROP INDEX t_idx; CREATE INDEX t_idx ON other (a)",
      /^its table is now other$/,
    ],
  ])("%s", async (_title, statement, drift) => {
    await db.query(statement);
    const found = await refresh();
    expect(found?.drift).toMatch(drift);
    expect(found).toMatchObject({
      valid: true,
      canonical: outputs.canonical,
      statement: outputs.statement,
    });
    expect(found?.oid).toBe(await oidOf(db, "t_idx"));
  });
});

describe("no longer of use", () => {
  test.each(LEFTOVER_STATES)("%s", async (state) => {
    await db.query("DROP INDEX t_idx");
    await leave(db, { state, table: "t", index: "t_idx", body: "(a)" });
    const found = await refresh();
    expect(found).toMatchObject({ valid: false });
    expect(found?.drift).toMatch(state === "f/f/f" ? /half dropped/ : /INVALID/);
  });
});

describe("since when it is valid begins anew", () => {
  const later = ({ validSince }: IndexOutputs) => validSince > outputs.validSince;

  test("where it was dropped and built by hand, and not for another refresh", async () => {
    await db.query("DROP INDEX t_idx");
    await db.query("CREATE INDEX t_idx ON t (a)");
    const found = await refresh();
    expect(found).toMatchObject({ drift: null, oid: await oidOf(db, "t_idx") });
    expect(found).toSatisfy(later);
    const again = await refreshIndex(targetOf(db.url), found as IndexOutputs);
    expect(again?.validSince).toBe(found?.validSince);
  });

  test("where it was not valid in between", async () => {
    const valid = (is: boolean) =>
      db.query("UPDATE pg_index SET indisvalid = $1 WHERE indexrelid = 't_idx'::regclass", [is]);
    await valid(false);
    const lost = await refresh();
    expect(lost).toMatchObject({ valid: false, validSince: outputs.validSince });
    await valid(true);
    const found = await refreshIndex(targetOf(db.url), lost as IndexOutputs);
    expect(found).toMatchObject({ valid: true });
    expect(found).toSatisfy(later);
  });
});

describe("no drift", () => {
  test("after REINDEX: only the OID is another one, and since when it is valid", async () => {
    await db.query("REINDEX INDEX CONCURRENTLY t_idx");
    const found = await refresh();
    expect(found).toEqual({
      ...outputs,
      oid: await oidOf(db, "t_idx"),
      sizeBytes: expect.any(Number),
      validSince: expect.any(String),
    });
    expect(found?.oid).not.toBe(outputs.oid);
  });

  test("when the table has grown: only the size is another one", async () => {
    await db.query("INSERT INTO t SELECT i, i FROM generate_series(1, 5000) i");
    const found = await refresh();
    expect(found).toEqual({ ...outputs, sizeBytes: expect.any(Number) });
    expect(found?.sizeBytes).toBeGreaterThan(outputs.sizeBytes);
  });

  test("once what was wrong is mended", async () => {
    await db.query("ALTER INDEX t_idx SET (fillfactor = 50)");
    expect((await refresh())?.drift).toMatch(/fillfactor/);
    await db.query("ALTER INDEX t_idx RESET (fillfactor)");
    expect(await refresh()).toEqual(outputs);
  });
});
