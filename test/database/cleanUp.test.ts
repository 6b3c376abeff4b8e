import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { removeLeftover } from "../../providers/pgindex/src/engine/cleanUp.ts";
import { ensureIndex } from "../../providers/pgindex/src/engine/ensure.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { declare, failureOf, record, targetOf } from "../support/engine.ts";
import {
  type Holder,
  hold,
  holdSnapshot,
  identityOf,
  settle,
  stateOf,
  untilPhase,
} from "../support/engineDatabase.ts";
import { type Leftover, leave } from "../support/engineLeftovers.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());
beforeEach(async () => {
  await db.query("CREATE TABLE t (a int, b int)");
  await db.query("INSERT INTO t SELECT i, i FROM generate_series(1, 100) i");
});
afterEach(async () => {
  await settle(db);
  await db.query("DROP TABLE t");
});

const OURS = { table: "t", index: "t_idx", body: "(a)" };

/** Behind a reader who counts as forgotten from the beginning. */
async function cleanUpInVain(leftover: Leftover) {
  await leave(db, leftover);
  const reader: Holder = await hold(db, "BEGIN", "SELECT a FROM t LIMIT 1");
  const { ctx, statuses } = record();
  const built = { schema: "public", table: "t", name: "t_idx" };
  const left = await removeLeftover(targetOf(db.url), built, ctx, 0);
  return { reader, left, statuses };
}

const CASES: readonly (readonly [leftover: Leftover, cost: string])[] = [
  [{ ...OURS, state: "f/f/t" }, "INVALID and empty: no write maintains it"],
  [{ ...OURS, state: "f/t/t" }, "INVALID: no query uses it, every write maintains it"],
  [
    { ...OURS, state: "f/t/t", unique: true },
    "INVALID: no query uses it, every write maintains it, and it rejects rows with equal keys",
  ],
  [{ ...OURS, state: "f/f/f" }, "INVALID and half dropped: nothing uses it, no write maintains it"],
];

test.each(CASES)("what cannot be dropped yet is told exactly: %o", async (leftover, cost) => {
  const { reader, left, statuses } = await cleanUpInVain(leftover);
  expect(left).toMatch(/^public\.t_idx is left behind, .*; the next pulumi up removes it$/);
  expect(left).toContain(
    `is left behind, ${cost}; in the way of the clean-up: pid ${reader.pid} (`,
  );
  expect(left).toContain("SELECT a FROM t LIMIT …)");
  expect(statuses.join("\n")).toMatch(
    new RegExp(`^cleaning up t_idx, .* waits for pid ${reader.pid} `, "m"),
  );
  // The second half of a drop is done as soon as nobody is in the way.
  expect(await stateOf(db, "t_idx")).toBe(leftover.state);
  await reader.release();
  const desired = await declare({
    table: "t",
    name: "t_idx",
    columns: ["a"],
    unique: leftover.unique ?? false,
  });
  const { ctx } = record();
  const { live } = await ensureIndex({ target: targetOf(db.url), desired, ctx });
  expect(live.valid).toBe(true);
});

test("a REINDEX that is cancelled leaves nothing beside its index, which serves on", async () => {
  const built = await declare({ table: "t", name: "t_idx", columns: ["a"] });
  const target = targetOf(db.url);
  const { live } = await ensureIndex({ target, desired: built, ctx: record().ctx });
  const desired = await declare({
    table: "t",
    name: "t_idx",
    columns: ["a"],
    rebuildWhen: { trigger: "2" },
  });
  const previous = { ...identityOf(live), oid: live.oid, rebuildTrigger: "1" };
  const snapshot = await holdSnapshot(db);
  const { ctx, cancel } = record();
  const rebuilding = failureOf(ensureIndex({ target, desired, previous, ctx }));
  await untilPhase(db, "waiting for old snapshots");
  expect(await db.query("SELECT 1 FROM pg_index WHERE NOT indisvalid")).toHaveLength(1);
  cancel();
  expect((await rebuilding).message).toBe(
    "cancelled; its INVALID leftover was dropped; the index stands and is valid; the next pulumi up adopts it",
  );
  expect(await db.query("SELECT 1 FROM pg_index WHERE NOT indisvalid")).toEqual([]);
  expect(await stateOf(db, "t_idx")).toBe("t/t/t");
  await snapshot.release();
});
