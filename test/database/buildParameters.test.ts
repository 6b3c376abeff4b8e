import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { failureOf } from "../support/engine/engine.ts";
import { BUILDS_NOTHING, settle, stateOf } from "../support/engine/engineDatabase.ts";
import {
  ensure,
  expectChange,
  type ParameterChange,
  preview,
  titled,
} from "../support/engine/parameterChange.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query("CREATE EXTENSION pageinspect");
  await db.query("CREATE EXTENSION bloom");
});
afterEach(async () => {
  await settle(db);
  await db.query("DROP TABLE IF EXISTS t");
});
afterAll(() => db.drop());

const PAGES = "SELECT pagesperrange AS is FROM brin_metapage_info(get_raw_page('i', 0))";
const HASH = "SELECT ffactor::int AS is FROM hash_metapage_info(get_raw_page('i', 0))";

const ROWS: readonly ParameterChange[] = [
  {
    method: "brin",
    column: "a",
    after: { pages_per_range: 16 },
    built: "pages_per_range",
    disk: [PAGES, 128, 16],
  },
  {
    method: "brin",
    column: "a",
    before: { pages_per_range: 16 },
    after: {},
    built: "pages_per_range",
    disk: [PAGES, 16, 128],
  },
  {
    method: "brin",
    column: "a",
    before: { pages_per_range: 16 },
    after: { pages_per_range: 32, autosummarize: true },
    built: "pages_per_range",
    disk: [PAGES, 16, 32],
  },
  { method: "brin", column: "a", after: { autosummarize: true } },
  // Its default, written down.
  { method: "brin", column: "a", after: { pages_per_range: 128 }, disk: [PAGES, 128, 128] },
  { method: "bloom", column: "a", after: { length: 160 }, built: "length" },
  { method: "bloom", column: "a", before: { col1: 3 }, after: { col1: 4 }, built: "col1" },
  {
    method: "bloom",
    column: "a",
    after: { length: 160, col1: 4 },
    built: "length, col1",
  },
  {
    method: "hash",
    column: "a",
    after: { fillfactor: 40 },
    built: "fillfactor",
    disk: [HASH, 307, 163],
  },
  { method: "gist", column: "p", after: { fillfactor: 50 }, built: "fillfactor" },
  { method: "gist", column: "p", after: { buffering: "on" }, built: "buffering" },
  { method: "spgist", column: "p", after: { fillfactor: 50 } },
  { method: "gin", column: "l", after: { fastupdate: false, gin_pending_list_limit: 128 } },
  { method: "btree", column: "a", after: { fillfactor: 50, deduplicate_items: false } },
];

test.each(ROWS.map(titled))("%s", async (_, change) => {
  await db.query("CREATE TABLE t (a int, p point, l int[])");
  await expectChange(db, change);
});

const BRIN = { table: "t", name: "i", columns: ["a"], accessMethod: "brin" };
const WIDER = { ...BRIN, storageParameters: { pages_per_range: 16 } };
const APPLIES =
  'REINDEX INDEX CONCURRENTLY "public"."i": only a rebuild applies the new value of pages_per_range';

const pagesPerRange = async () => (await db.query<{ is: number }>(PAGES))[0]?.is;

describe("the rebuild is not forgotten", () => {
  test("when the run that had set the value was interrupted before it", async () => {
    await db.query("CREATE TABLE t (a int)");
    const { outputs } = await ensure(db, BRIN);
    const stop = async () => {
      throw new Error("the process ends here");
    };
    await failureOf(ensure(db, WIDER, outputs, stop));
    expect(await pagesPerRange()).toBe(128);
    for (const previous of [BRIN, outputs])
      expect(await preview(db, WIDER, previous)).toEqual([APPLIES]);
    const { outputs: changed } = await ensure(db, WIDER, outputs);
    expect(await pagesPerRange()).toBe(16);
    expect(await preview(db, WIDER, changed)).toEqual([BUILDS_NOTHING]);
  });

  test("when its session was lost and the same run goes on", async () => {
    await db.query("CREATE TABLE t (a int)");
    const { outputs } = await ensure(db, BRIN);
    let isFirst = true;
    const loseSession = async () => {
      if (!isFirst) return;
      isFirst = false;
      throw Object.assign(new Error("Connection terminated"), { code: "ECONNRESET" });
    };
    await ensure(db, WIDER, outputs, loseSession);
    expect(await pagesPerRange()).toBe(16);
  });

  test("when a state of release 0.1 recorded the parameters as text", async () => {
    await db.query("CREATE TABLE t (a int)");
    const { outputs } = await ensure(db, WIDER);
    const text = { ...outputs.canonical, storageParameters: "pages_per_range=16" };
    const old = { ...outputs, canonical: text };
    expect(await preview(db, WIDER, old)).toEqual([BUILDS_NOTHING]);
    await db.query("ALTER INDEX i SET (pages_per_range = 32)");
    const wider = { ...BRIN, storageParameters: { pages_per_range: 32 } };
    expect(await preview(db, wider, old)).toEqual([APPLIES]);
  });

  test("when it was set by hand, and is set back", async () => {
    await db.query("CREATE TABLE t (a int)");
    const { outputs } = await ensure(db, BRIN);
    await db.query("ALTER INDEX i SET (pages_per_range = 32)");
    expect(await preview(db, BRIN, outputs)).toEqual([
      expect.stringMatching(/^ALTER INDEX "public"\."i" RESET \("pages_per_range"\): /),
      APPLIES,
    ]);
    await ensure(db, BRIN, outputs);
    expect(await stateOf(db, "i")).toBe("t/t/t");
  });
});

test("with a change of the tablespace there is one rebuild, and with rebuildWhen too", async () => {
  await db.query("CREATE TABLE t (a int)");
  const { outputs } = await ensure(db, { ...BRIN, rebuildWhen: { trigger: "1" } });
  const { lines } = await ensure(db, { ...WIDER, rebuildWhen: { trigger: "2" } }, outputs);
  expect(lines.filter((line) => line.includes("REINDEX"))).toHaveLength(1);
  expect(await pagesPerRange()).toBe(16);
});

test("a partitioned index is built anew beside the old one, partition by partition", async () => {
  await db.query("CREATE TABLE t (a int) PARTITION BY RANGE (a)");
  await db.query("CREATE TABLE t1 PARTITION OF t DEFAULT");
  const { outputs } = await ensure(db, BRIN);
  const { outputs: changed } = await ensure(db, WIDER, outputs);
  const rows = await db.query<{ is: number }>(
    `SELECT (brin_metapage_info(get_raw_page(c.oid::regclass::text, 0))).pagesperrange AS is
       FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE i.indrelid = 't1'::regclass`,
  );
  expect(rows).toEqual([{ is: 16 }]);
  expect(await preview(db, WIDER, changed)).toEqual([BUILDS_NOTHING]);
});
