import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  hold,
  holdSnapshot,
  holdWrite,
  until,
  untilWaiting,
} from "../support/engine/engineDatabase.ts";
import type { TestDatabase } from "../support/server/database.ts";
import { dropIndexesIn, indexesIn, Stack, useDatabase } from "./stack.ts";

const LONG = `t_${"x".repeat(61)}`;

const place = useDatabase("CREATE SCHEMA app");
beforeEach(async () => {
  await place.db.query("CREATE TABLE app.t (a int, b int)");
  await place.db.query("INSERT INTO app.t SELECT i, i FROM generate_series(1, 500) i");
});
afterEach(async () => {
  await dropIndexesIn(place.db, "app");
  await place.db.query("DROP TABLE app.t");
});

/**
 * A REINDEX CONCURRENTLY by somebody else that is ended while its new index waits to be validated.
 */
async function leaveNew(db: TestDatabase, index: string): Promise<void> {
  const snapshot = await holdSnapshot(db);
  const builder = await db.connect();
  await builder.query("SET lock_timeout = '100ms'");
  const code = await builder.query(`REINDEX INDEX CONCURRENTLY app.${index}`).then(
    () => "none",
    (error: { code?: string }) => error.code,
  );
  expect(code).toBe("55P03");
  await snapshot.release();
  await builder.end();
}

/** One that is ended after the swap, while its old index waits for a reader. */
async function leaveOld(db: TestDatabase, index: string): Promise<void> {
  const writer = await holdWrite(db, "app.t");
  const builder = await db.connect();
  const outcome = builder.query(`REINDEX INDEX CONCURRENTLY app.${index}`).catch(() => undefined);
  const pid = await untilWaiting(db, "REINDEX INDEX CONCURRENTLY");
  const reader = await hold(db, "BEGIN", "SELECT 1 FROM app.t LIMIT 1");
  const held = await holdReaders(db, pid, writer.release, reader.release);
  await db.query("SELECT pg_cancel_backend($1)", [pid]);
  await outcome;
  await held();
  await builder.end();
}

/**
 * Lets the rebuild go on until its old index stands aside, `_ccold`, and somebody who reads keeps
 * it there.
 */
async function holdReaders(
  db: TestDatabase,
  pid: number,
  releaseWriter: () => Promise<void>,
  releaseReader: () => Promise<void>,
): Promise<() => Promise<void>> {
  await releaseWriter();
  await until(`the rebuild ${pid} has swapped`, async () => {
    const rows = await db.query("SELECT 1 FROM pg_class WHERE relname LIKE '%\\_ccold'");
    return rows.length > 0;
  });
  return releaseReader;
}

describe("what an interrupted REINDEX CONCURRENTLY leaves", () => {
  test.each([
    ["its new index, twice", "t_idx", [leaveNew, leaveNew], 2],
    ["of a name that was cut", LONG, [leaveNew], 1],
    ["its old index", "t_idx", [leaveOld], 1],
    ["both", "t_idx", [leaveOld, leaveNew], 2],
  ] as const)("is removed by the next up: %s", async (_title, name, accidents, left) => {
    const { db } = place;
    const stack = new Stack(db, { schema: "app", table: "t", name, columns: ["a"] });
    await stack.up();
    for (const accident of accidents) await accident(db, name);
    const found = await indexesIn(db, "app");
    expect(found).toHaveLength(1 + left);
    expect(found.filter((line) => /_cc(new|old)\d* INVALID$/.test(line))).toHaveLength(left);
    expect((await stack.preview()).join("\n")).toMatch(
      /_cc(new|old)\d*" RENAME TO .*; DROP INDEX CONCURRENTLY/,
    );
    await stack.up();
    expect(await indexesIn(db, "app")).toEqual([`t.${name} valid`]);
    expect(await stack.refresh()).toBeNull();
  });

  test.each([
    ["its new index", leaveNew],
    ["its old index", leaveOld],
  ] as const)("goes with a destroy: %s", async (_title, accident) => {
    const { db } = place;
    const stack = new Stack(db, { schema: "app", table: "t", name: "t_idx", columns: ["a"] });
    await stack.up();
    await accident(db, "t_idx");
    expect(await indexesIn(db, "app")).toHaveLength(2);
    await stack.destroy();
    expect(await indexesIn(db, "app")).toEqual([]);
  });

  test("of somebody else's index is left alone", async () => {
    const { db } = place;
    await db.query("CREATE INDEX theirs ON app.t (b)");
    await db.query("CREATE INDEX t_idx_ccnew ON app.t (b, a)");
    await leaveNew(db, "theirs");
    const stack = new Stack(db, { schema: "app", table: "t", name: "t_idx", columns: ["a"] });
    await stack.up();
    await stack.up({ columns: ["a", "b"] });
    await stack.destroy();
    expect(await indexesIn(db, "app")).toEqual([
      "t.t_idx_ccnew valid",
      "t.theirs valid",
      "t.theirs_ccnew INVALID",
    ]);
  });

  test("by a rebuild outside: nothing, and the state knows the new index", async () => {
    const { db } = place;
    const stack = new Stack(db, { schema: "app", table: "t", name: "t_idx", columns: ["a"] });
    const { live } = await stack.up();
    await db.query("REINDEX INDEX CONCURRENTLY app.t_idx");
    expect(await stack.refresh()).toBeNull();
    expect(stack.outputs).toMatchObject({ valid: true, oid: expect.any(Number) });
    expect(stack.outputs?.oid).not.toBe(live.oid);
    expect(await stack.preview()).toContainEqual(expect.stringMatching(/^builds nothing/));
    await stack.destroy();
    expect(await indexesIn(db, "app")).toEqual([]);
  });
});
