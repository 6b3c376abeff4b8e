import { describe, expect, test } from "vitest";
import { holdSnapshot, holdWrite, untilWaiting } from "../support/engine/engineDatabase.ts";
import { ALL, matching, usePartitions } from "./partitionedTable.ts";
import { indexesIn } from "./stack.ts";

const { place, stackOf, indexes } = usePartitions();
const FIRST = { columns: ["id"], rebuildWhen: { trigger: "first" } };
const SECOND = { columns: ["id"], rebuildWhen: { trigger: "second" } };

/** The OID of each table's index. */
async function oids(): Promise<Readonly<Record<string, number>>> {
  const rows = await place.db.query<{ table: string; oid: number }>(
    `SELECT x.indrelid::regclass::text AS table, x.indexrelid::int8::float8 AS oid FROM pg_index x
       JOIN pg_class i ON i.oid = x.indexrelid
       WHERE i.relnamespace IN ('app'::regnamespace, 'old'::regnamespace)`,
  );
  return Object.fromEntries(rows.map(({ table, oid }) => [table, oid]));
}

/** The tables whose index is another one. */
function changed(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): string[] {
  expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
  return Object.keys(after).filter((table) => after[table] !== before[table]);
}

const LEAVES = ["app.m1", "old.m2a", expect.stringMatching(/^app\."?m_ä+"?$/)];

/**
 * A REINDEX CONCURRENTLY by somebody else that is ended while its new index waits to be validated.
 */
async function leaveNew(index: string): Promise<void> {
  const snapshot = await holdSnapshot(place.db);
  const builder = await place.db.connect();
  await builder.query("SET lock_timeout = '100ms'");
  const code = await builder.query(`REINDEX INDEX CONCURRENTLY ${index}`).then(
    () => "none",
    (error: { code?: string }) => error.code,
  );
  expect(code).toBe("55P03");
  await snapshot.release();
  await builder.end();
}

describe("rebuildWhen on a partitioned index", () => {
  test("rebuilds each partition's index once, concurrently, and counts them", async () => {
    const stack = stackOf(FIRST);
    await stack.up();
    expect(stack.outputs?.bytesPerRow).toBeGreaterThan(0);
    const before = await oids();
    const previewed = (await stack.preview(SECOND)).join("\n");
    expect(previewed.match(/REINDEX INDEX CONCURRENTLY "(app|old)"\."m\S+"/g)).toHaveLength(3);
    expect(await stack.up(SECOND)).toMatchObject({ adopted: false });
    expect(changed(before, await oids()).sort()).toEqual(LEAVES.toSorted());
    expect(stack.statuses).toContain("partition 2 of 3: rebuilding");
    expect(await indexes()).toEqual(matching(...ALL));
    const after = await oids();
    expect(await stack.preview(SECOND)).toContainEqual(expect.stringMatching(/^builds nothing/));
    await stack.up(SECOND);
    expect(await oids()).toEqual(after);
    expect(await stack.refresh()).toBeNull();
  });

  test("goes on where its session was ended, and leaves nothing", async () => {
    const { db } = place;
    const stack = stackOf(FIRST);
    await stack.up();
    const before = await oids();
    const writer = await holdWrite(db, "old.m2a");
    const rebuilding = stack.up(SECOND);
    const pid = await untilWaiting(db, "REINDEX INDEX CONCURRENTLY");
    const between = await oids();
    await db.query("SELECT pg_terminate_backend($1)", [pid]);
    await writer.release();
    await rebuilding;
    const after = await oids();
    expect(changed(before, after).sort()).toEqual(LEAVES.toSorted());
    // Rebuilt by the first attempt, and not again.
    expect(after["app.m1"]).toBe(between["app.m1"]);
    expect(after["app.m1"]).not.toBe(before["app.m1"]);
    expect(await indexes()).toEqual(matching(...ALL));
  });
});

test("rebuildWhen on a table without partitions has nothing to rebuild", async () => {
  await place.db.query("CREATE TABLE app.empty (id int) PARTITION BY RANGE (id)");
  const stack = stackOf({ ...FIRST, table: "empty", name: "empty_idx" });
  await stack.up();
  await stack.up(SECOND);
  expect(stack.outputs).toMatchObject({ rebuildTrigger: "second", valid: true });
  await place.db.query("DROP TABLE app.empty");
});

describe("what an interrupted REINDEX CONCURRENTLY of a partition's index leaves", () => {
  test("is removed by a destroy", async () => {
    const stack = stackOf({ columns: ["id"] });
    await stack.up();
    const [name] = await place.db.query<{ name: string }>(
      "SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indrelid = " +
        "'old.m2a'::regclass",
    );
    await leaveNew(name?.name ?? "");
    expect(await indexesIn(place.db, "old")).toContainEqual(
      expect.stringMatching(/_ccnew INVALID$/),
    );
    await stack.destroy();
    expect(await indexes()).toEqual([]);
  });

  test("is removed by the next up", async () => {
    const stack = stackOf({ columns: ["id"] });
    await stack.up();
    const [name] = await place.db.query<{ name: string }>(
      "SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indrelid = " +
        "'old.m2a'::regclass",
    );
    for (const _ of [1, 2]) await leaveNew(name?.name ?? "");
    expect(await indexesIn(place.db, "old")).toContainEqual(
      expect.stringMatching(/_ccnew1? INVALID$/),
    );
    expect((await stack.preview()).join("\n")).toMatch(/DROP INDEX CONCURRENTLY .*_ccnew/);
    await stack.up();
    expect(await indexes()).toEqual(matching(...ALL));
  });

  test("of somebody else's index is left alone", async () => {
    await place.db.query("CREATE INDEX theirs ON app.m1 (region)");
    await leaveNew("app.theirs");
    const stack = stackOf({ columns: ["id"] });
    await stack.up();
    expect(await stack.preview()).toContainEqual(expect.stringMatching(/^builds nothing/));
    expect(await indexes()).toContain("m1.theirs_ccnew INVALID");
  });

  test("is not taken for one while it is at work", async () => {
    const { db } = place;
    const stack = stackOf({ columns: ["id"] });
    await stack.up();
    const writer = await holdWrite(db, "app.m1");
    const theirs = await db.connect();
    const [name] = await db.query<{ name: string }>(
      "SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indrelid = 'app.m1'::regclass",
    );
    const rebuilding = theirs.query(`REINDEX INDEX CONCURRENTLY ${name?.name}`);
    await untilWaiting(db, "REINDEX INDEX CONCURRENTLY");
    expect(await indexes()).toContainEqual(expect.stringMatching(/_ccnew INVALID$/));
    const up = stack.up();
    await expect.poll(() => stack.statuses.join("\n"), { timeout: 60_000 }).toMatch(/waiting/);
    await writer.release();
    await rebuilding;
    await up;
    await theirs.end();
    expect(await indexes()).toEqual(matching(...ALL));
  });
});
