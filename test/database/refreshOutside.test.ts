import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import {
  type IndexOutputs,
  toIndexOutputs,
} from "../../providers/pgindex/src/engine/record/outputs.ts";
import {
  isAtDeclaredPlace,
  refreshIndex,
} from "../../providers/pgindex/src/engine/record/refresh.ts";
import { type Args, declare, record, targetOf } from "../support/engine/engine.ts";
import { settle } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
let outputs: IndexOutputs;

beforeEach(async () => {
  db = await createDatabase();
  await db.query("CREATE SCHEMA archive");
  await db.query("CREATE TABLE t (a int, b int)");
  await db.query("INSERT INTO t SELECT i, i FROM generate_series(1, 1000) i");
  await build();
});
afterEach(async () => {
  await settle(db);
  await db.drop();
});

async function build(args: Args = {}, previous?: IndexOutputs): Promise<void> {
  const desired = await declare({ table: "t", name: "t_idx", columns: ["a"], ...args });
  const request = { database: targetOf(db.url), desired, previous, ctx: record().ctx };
  outputs = toIndexOutputs(await ensureIndex(request), desired, []);
}

const refresh = () => refreshIndex(targetOf(db.url), outputs);

describe("renamed or moved outside: found by its OID, told, the outputs keep the place", () => {
  test.each<[title: string, statement: string, change: [string, string], drift: string]>([
    [
      "another name",
      "ALTER INDEX t_idx RENAME TO renamed_idx",
      ["t_idx", "renamed_idx"],
      "renamed outside to renamed_idx",
    ],
    [
      "another schema, with its table",
      "ALTER TABLE t SET SCHEMA archive",
      ["public.t", "archive.t"],
      "moved outside to schema archive",
    ],
    [
      "another name of its table",
      "ALTER TABLE t RENAME TO renamed",
      ["public.t", "public.renamed"],
      "its table is now renamed",
    ],
  ])("%s", async (_title, statement, [from, to], drift) => {
    await db.query(statement);
    const definition = outputs.definition.replace(from, to);
    expect(await refresh()).toEqual({ ...outputs, definition, drift });
  });

  test.each([
    [
      "redefined since",
      "ALTER INDEX t_idx RENAME TO renamed_idx; ALTER INDEX renamed_idx SET (fillfactor = 50)",
    ],
    [
      "moved and renamed",
      "ALTER TABLE t SET SCHEMA archive; ALTER INDEX archive.t_idx RENAME TO renamed_idx",
    ],
  ])("but not when it is %s: an OID alone proves little", async (_title, statement) => {
    await db.query(statement);
    expect(await refresh()).toBeUndefined();
  });
});

test("a state of an older release, which names no database, has it from the same OID alone", async () => {
  const { database, ...older } = outputs;
  expect(await refreshIndex(targetOf(db.url), older)).toMatchObject({ database, drift: null });
  await db.query("REINDEX INDEX CONCURRENTLY t_idx");
  expect(await refreshIndex(targetOf(db.url), older)).not.toHaveProperty("database");
});

describe("what the declaration does not speak of is a DBA's, and drift where it does", () => {
  const COMMENT = "COMMENT ON INDEX t_idx IS 'a DBA''s'";
  const CONSTRAINT = "ALTER TABLE t ADD CONSTRAINT t_idx UNIQUE USING INDEX t_idx";
  const STATISTICS = "ALTER INDEX t_idx ALTER COLUMN 1 SET STATISTICS 77";
  const expression = { expression: "abs(a)" };

  test.each<[title: string, args: Args, statement: string]>([
    ["a comment", {}, COMMENT],
    ["a constraint", { unique: true }, CONSTRAINT],
    ["statistics", { columns: [expression] }, STATISTICS],
  ])("%s", async (_title, args, statement) => {
    await build(args, outputs);
    await db.query(statement);
    expect(await refresh()).toMatchObject({ drift: null });
  });

  test.each<[title: string, args: Args, statement: string, drift: RegExp]>([
    ["a comment", { comment: "ours" }, COMMENT, /^redefined .*comment: .*ours, found a DBA's$/],
    ["no comment", { comment: "" }, COMMENT, /^redefined .*comment: .*none, found a DBA's$/],
    [
      "statistics",
      { columns: [{ ...expression, statistics: 5 }] },
      STATISTICS,
      /statistics: .*1=5, found 1=77$/,
    ],
  ])("declared: %s", async (_title, args, statement, drift) => {
    await build(args, outputs);
    expect(await refresh()).toMatchObject({ drift: null });
    await db.query(statement);
    expect((await refresh())?.drift).toMatch(drift);
  });
});

describe("whether the index stands already where the declaration now says", () => {
  test.each<[title: string, statement: string, stands: boolean]>([
    ["nobody has moved it", "SELECT", false],
    ["its table has been moved", "ALTER TABLE t SET SCHEMA archive", true],
    [
      "another one has its name there",
      "CREATE TABLE archive.t (a int, b int); CREATE INDEX t_idx ON archive.t (b)",
      false,
    ],
    [
      "one of its form is there, of another table",
      "CREATE TABLE archive.u (a int); CREATE INDEX t_idx ON archive.u (a)",
      false,
    ],
    ["a view has its name there", "CREATE VIEW archive.t_idx AS SELECT 1", false],
  ])("%s: %s", async (_title, statement, stands) => {
    await db.query(statement);
    const declared = { schema: "archive", name: "t_idx", table: "t" };
    expect(await isAtDeclaredPlace(targetOf(db.url), outputs, declared)).toBe(stands);
  });
});

test("bloat is told in times the bytes a row right after the build, from 1 MB on", async () => {
  await db.query("DROP INDEX t_idx");
  await db.query("INSERT INTO t SELECT i, i FROM generate_series(1, 100000) i");
  await db.query("ANALYZE t");
  await build();
  expect(outputs).toMatchObject({ bytesPerRow: expect.any(Number), bloatRatio: 1 });
  await db.query("DELETE FROM t WHERE a % 4 > 0");
  await db.query("ANALYZE t");
  const refreshed = await refresh();
  expect(refreshed).toMatchObject({ bytesPerRow: outputs.bytesPerRow, drift: null });
  expect(refreshed?.bloatRatio).toBeGreaterThan(3.5);
  expect(refreshed?.bloatRatio).toBeLessThan(4.5);
});

test("an index dropped outside and declared under another name is built there", async () => {
  await db.query("DROP INDEX t_idx");
  const desired = await declare({ table: "t", name: "other_idx", columns: ["a"] });
  const previous = { schema: "public", name: "t_idx" };
  const [, ...steps] = await previewIndex(targetOf(db.url), desired, { previous: previous });
  expect(steps).toEqual([
    expect.stringMatching(/^builds the index: .*CREATE INDEX CONCURRENTLY "other_idx"/),
  ]);
});
