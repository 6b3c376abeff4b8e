import { afterAll, beforeAll, expect, test } from "vitest";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { readTableState } from "../../providers/pgindex/src/engine/foresight/table/tableState.ts";
import { withObserver } from "../../providers/pgindex/src/engine/session/workspace.ts";
import { type Args, declare, targetOf } from "../support/engine/engine.ts";
import { stepsOf, until } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query("CREATE TABLE t (a int, b text)");
  await db.query("CREATE TABLE p (a int) PARTITION BY LIST (a)");
  for (let i = 0; i < 7; i += 1)
    await db.query(`CREATE TABLE p${i} PARTITION OF p FOR VALUES IN (${i})`);
});
afterAll(() => db.drop());

async function previewed(table: string, more: Args = {}): Promise<string[]> {
  const desired = await declare({ table, name: `${table}_idx`, columns: ["a"], ...more });
  return stepsOf(await previewIndex(targetOf(db.url), desired), `public.${table}`);
}

test("a table of many partitions is not shown step by step", async () => {
  const steps = await previewed("p");
  expect(steps).toHaveLength(13);
  // Itself, and for each partition a build and an attachment.
  expect(steps.at(-1)).toBe("… and 3 more steps of the same kind");
});

test("what is written to a table is counted, its partitions together", async () => {
  const oid = async (table: string) => {
    const [row] = await db.query<{ oid: number }>("SELECT $1::regclass::int8::int AS oid", [table]);
    return row?.oid ?? 0;
  };
  const client = await db.connect();
  await client.query("CREATE TABLE w (a int, b int) WITH (fillfactor = 50)");
  await client.query("INSERT INTO w SELECT i, i FROM generate_series(1, 50) i");
  await client.query("UPDATE w SET b = 0");
  await client.query("INSERT INTO p SELECT i % 2 FROM generate_series(1, 20) i");
  // What it counted is there for others once it is gone.
  await client.end();
  const [w, p] = [await oid("w"), await oid("p")];
  await withObserver(targetOf(db.url), { purpose: "look", writable: false }, async (session) => {
    const counted = await until("they are counted", async () => {
      const each = [await readTableState(session, w), await readTableState(session, p)];
      return each.every(({ writes }) => writes > 0) && each;
    });
    expect(counted).toMatchObject([
      { writes: 100, updates: 50, hotUpdates: 50 },
      { writes: 20, updates: 0, hotUpdates: 0 },
    ]);
  });
  await db.query("DELETE FROM p");
});

/** As ANALYZE would leave it, on a table that nobody wants to wait for. */
async function pretendRows(rows: number): Promise<void> {
  await db.query("UPDATE pg_class SET reltuples = $1 WHERE oid = 't'::regclass", [rows]);
}

test("the room that a large index takes is told, by the widths from ANALYZE", async () => {
  await db.query("INSERT INTO t SELECT i, repeat('x', 100) FROM generate_series(1, 1000) i");
  await db.query("ANALYZE t");
  expect(await previewed("t")).toHaveLength(1);
  await pretendRows(10_000_000);
  // Each row takes its column (int: 4, text: 101 with its length) and 16 bytes beside it.
  expect((await previewed("t"))[1]).toMatch(/^needs about 2\d\d MB, and the same again/);
  expect((await previewed("t", { include: ["b"] }))[1]).toMatch(/^needs about 1 GB,/);
  const guessed = await previewed("t", { columns: [{ expression: "abs(a)" }] });
  expect(guessed.at(-1)).toMatch(/^needs about 3\d\d MB,/);
});
