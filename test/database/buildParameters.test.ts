import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import {
  type IndexOutputs,
  toIndexOutputs,
} from "../../providers/pgindex/src/engine/record/outputs.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { settle, stateOf, stepsOf } from "../support/engine/engineDatabase.ts";
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

async function ensure(args: Args, previous?: IndexOutputs, afterStep?: () => Promise<void>) {
  const desired = await declare(args);
  const { ctx, lines } = record();
  const database = targetOf(db.url);
  const hooks = { afterStep };
  const ensured = await ensureIndex({ database, desired, previous, ctx, hooks });
  return { outputs: toIndexOutputs(ensured, desired, [], previous), lines };
}

async function preview(args: Args, previous: IndexOutputs | Args): Promise<string[]> {
  const desired = await declare(args);
  const before = "canonical" in previous ? (previous as IndexOutputs) : await declare(previous);
  return stepsOf(await previewIndex(targetOf(db.url), desired, { previous: before }), "public.t");
}

/** What a rebuild alone changes: the file of the index. */
async function fileOf(index: string): Promise<unknown> {
  const [row] = await db.query("SELECT pg_relation_filenode($1) AS file", [index]);
  return row?.file;
}

const NOTHING = ["builds nothing: a valid index with this definition already exists"];

interface Row {
  readonly method: string;
  readonly column: string;
  readonly before?: object;
  readonly after: object;
  /** What only a rebuild applies; nothing where SET is enough. */
  readonly built?: string;
  /** What the index's own pages say, before and after. */
  readonly disk?: readonly [sql: string, before: number, after: number];
}

const PAGES = "SELECT pagesperrange AS is FROM brin_metapage_info(get_raw_page('i', 0))";
const HASH = "SELECT ffactor::int AS is FROM hash_metapage_info(get_raw_page('i', 0))";

const ROWS: readonly Row[] = [
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

describe("a new value of a storage parameter", () => {
  const rows = ROWS.map((row) => {
    const { method, before = {}, after } = row;
    return [`${method}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`, row] as const;
  });
  test.each(rows)("%s", async (_, { method, column, before, after, built, disk }) => {
    await db.query("CREATE TABLE t (a int, p point, l int[])");
    const base = { table: "t", name: "i", columns: [column], accessMethod: method };
    const was = { ...base, storageParameters: before };
    const declared = { ...base, storageParameters: after };
    const { outputs } = await ensure(was);
    const onDisk = async () => disk && (await db.query<{ is: number }>(disk[0]))[0]?.is;
    expect(await onDisk()).toBe(disk?.[1]);
    const file = await fileOf("i");

    // The first preview of a program knows what it declared before, the other one what was built.
    for (const previous of [was, outputs]) {
      const [set, rebuild, ...more] = await preview(declared, previous);
      expect(set).toMatch(/^ALTER INDEX "public"\."i" (RE)?SET \(/);
      expect(rebuild).toBe(
        built &&
          `REINDEX INDEX CONCURRENTLY "public"."i": only a rebuild applies the new value of ${built}`,
      );
      expect(more).toEqual([]);
    }
    const { outputs: changed } = await ensure(declared, outputs);
    expect(await onDisk()).toBe(disk?.[2]);
    expect((await fileOf("i")) === file).toBe(built === undefined);
    expect(await preview(declared, changed)).toEqual(NOTHING);
    expect(await preview(declared, declared)).toEqual(NOTHING);
    expect((await ensure(declared, changed)).outputs.oid).toBe(changed.oid);
  });
});

const BRIN = { table: "t", name: "i", columns: ["a"], accessMethod: "brin" };
const WIDER = { ...BRIN, storageParameters: { pages_per_range: 16 } };
const APPLIES =
  'REINDEX INDEX CONCURRENTLY "public"."i": only a rebuild applies the new value of pages_per_range';

const pagesPerRange = async () => (await db.query<{ is: number }>(PAGES))[0]?.is;

describe("the rebuild is not forgotten", () => {
  test("when the run that had set the value was interrupted before it", async () => {
    await db.query("CREATE TABLE t (a int)");
    const { outputs } = await ensure(BRIN);
    const stop = async () => {
      throw new Error("the process ends here");
    };
    await failureOf(ensure(WIDER, outputs, stop));
    expect(await pagesPerRange()).toBe(128);
    for (const previous of [BRIN, outputs])
      expect(await preview(WIDER, previous)).toEqual([APPLIES]);
    const { outputs: changed } = await ensure(WIDER, outputs);
    expect(await pagesPerRange()).toBe(16);
    expect(await preview(WIDER, changed)).toEqual(NOTHING);
  });

  test("when its session was lost and the same run goes on", async () => {
    await db.query("CREATE TABLE t (a int)");
    const { outputs } = await ensure(BRIN);
    let isFirst = true;
    const loseSession = async () => {
      if (!isFirst) return;
      isFirst = false;
      throw Object.assign(new Error("Connection terminated"), { code: "ECONNRESET" });
    };
    await ensure(WIDER, outputs, loseSession);
    expect(await pagesPerRange()).toBe(16);
  });

  test("when a state of release 0.1 recorded the parameters as text", async () => {
    await db.query("CREATE TABLE t (a int)");
    const { outputs } = await ensure(WIDER);
    const text = { ...outputs.canonical, storageParameters: "pages_per_range=16" };
    const old = { ...outputs, canonical: text };
    expect(await preview(WIDER, old)).toEqual(NOTHING);
    await db.query("ALTER INDEX i SET (pages_per_range = 32)");
    const wider = { ...BRIN, storageParameters: { pages_per_range: 32 } };
    expect(await preview(wider, old)).toEqual([APPLIES]);
  });

  test("when it was set by hand, and is set back", async () => {
    await db.query("CREATE TABLE t (a int)");
    const { outputs } = await ensure(BRIN);
    await db.query("ALTER INDEX i SET (pages_per_range = 32)");
    expect(await preview(BRIN, outputs)).toEqual([
      expect.stringMatching(/^ALTER INDEX "public"\."i" RESET \("pages_per_range"\): /),
      APPLIES,
    ]);
    await ensure(BRIN, outputs);
    expect(await stateOf(db, "i")).toBe("t/t/t");
  });
});

test("with a change of the tablespace there is one rebuild, and with rebuildWhen too", async () => {
  await db.query("CREATE TABLE t (a int)");
  const { outputs } = await ensure({ ...BRIN, rebuildWhen: { trigger: "1" } });
  const { lines } = await ensure({ ...WIDER, rebuildWhen: { trigger: "2" } }, outputs);
  expect(lines.filter((line) => line.includes("REINDEX"))).toHaveLength(1);
  expect(await pagesPerRange()).toBe(16);
});

test("a partitioned index is built anew beside the old one, partition by partition", async () => {
  await db.query("CREATE TABLE t (a int) PARTITION BY RANGE (a)");
  await db.query("CREATE TABLE t1 PARTITION OF t DEFAULT");
  const { outputs } = await ensure(BRIN);
  const { outputs: changed } = await ensure(WIDER, outputs);
  const rows = await db.query<{ is: number }>(
    `SELECT (brin_metapage_info(get_raw_page(c.oid::regclass::text, 0))).pagesperrange AS is
       FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE i.indrelid = 't1'::regclass`,
  );
  expect(rows).toEqual([{ is: 16 }]);
  expect(await preview(WIDER, changed)).toEqual(NOTHING);
});
