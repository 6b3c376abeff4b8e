import { afterEach, describe, expect, test, vi } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { CancelledError } from "../../providers/pgindex/src/engine/errors/advice.ts";
import { declare, failureOf, type Recorder, record, targetOf } from "../support/engine/engine.ts";
import {
  hold,
  holdSnapshot,
  holdWrite,
  QUEUED,
  stateOf,
  until,
  untilPhase,
  untilWaiting,
} from "../support/engine/engineDatabase.ts";
import { useTable } from "../support/engine/engineTable.ts";

const db = await useTable();
afterEach(() => {
  vi.restoreAllMocks();
});

async function ensure(recorder: Recorder) {
  const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });
  return ensureIndex({ database: targetOf(db.url), desired, ctx: recorder.ctx });
}

test("while it waits for old snapshots: it ends at once and leaves nothing", async () => {
  const snapshot = await holdSnapshot(db);
  const recorder = record();
  const ensuring = failureOf(ensure(recorder));
  await untilPhase(db, "waiting for old snapshots");
  recorder.cancel();
  const failure = await ensuring;
  // It did not wait for whom the build has waited for.
  const holding = "SELECT state FROM pg_stat_activity WHERE pid = $1";
  expect(await db.query(holding, [snapshot.pid])).toEqual([{ state: "idle in transaction" }]);
  expect(failure).toBeInstanceOf(CancelledError);
  expect(failure.message).toBe("cancelled; its INVALID leftover was dropped");
  expect(await stateOf(db, "t_idx")).toBeUndefined();
  await snapshot.release();
});

test("while it waits for a writer: the build ends now, the clean-up after the writer", async () => {
  const writer = await holdWrite(db, "t");
  const recorder = record();
  const ensuring = failureOf(ensure(recorder));
  await untilPhase(db, "waiting for writers before build");
  recorder.cancel();
  await untilWaiting(db, "DROP INDEX CONCURRENTLY");
  await writer.release();
  expect((await ensuring).message).toBe("cancelled; its INVALID leftover was dropped");
  expect(await stateOf(db, "t_idx")).toBeUndefined();
});

test("a clean-up that cannot end is given up; the next run does it", async () => {
  const writer = await holdWrite(db, "t");
  const recorder = record();
  const ensuring = failureOf(ensure(recorder));
  await untilPhase(db, "waiting for writers before build");
  const timeout = AbortSignal.timeout;
  vi.spyOn(AbortSignal, "timeout").mockImplementation(() => timeout.call(AbortSignal, 300));
  recorder.cancel();
  const failure = await ensuring;
  expect(failure).toBeInstanceOf(CancelledError);
  expect(failure.message).toMatch(
    /^cancelled; public\.t_idx is left behind, INVALID and empty: no write maintains it; .*; the next pulumi up removes it$/,
  );
  await writer.release();
  vi.restoreAllMocks();

  expect(await stateOf(db, "t_idx")).toBe("f/f/t");
  const ensured = await ensure(record());
  expect(ensured.live.valid).toBe(true);
});

describe("before a build has begun nothing is changed", () => {
  test("while somebody else works on the table", async () => {
    const holder = await hold(db, "BEGIN", "LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
    const recorder = record();
    const ensuring = failureOf(ensure(recorder));
    await until("it waits", async () => recorder.statuses.join().includes(`pid ${holder.pid}`));
    recorder.cancel();
    const failure = await ensuring;
    expect(failure).toBeInstanceOf(CancelledError);
    expect(failure.message).toMatch(/nothing was changed/);
    expect(await stateOf(db, "t_idx")).toBeUndefined();
    await holder.release();
  });

  test("when it was cancelled before it was called", async () => {
    const recorder = record();
    recorder.cancel();
    const failure = await failureOf(ensure(recorder));
    expect(failure).toBeInstanceOf(CancelledError);
    expect(failure.message).toMatch(/nothing was changed/);
    expect(await stateOf(db, "t_idx")).toBeUndefined();
  });
});

test("after the index is built: it stands, and is not cleaned up", async () => {
  const snapshot = await holdSnapshot(db);
  const recorder = record();
  const desired = await declare({ table: "t", name: "t_idx", columns: [{ expression: "a + b" }] });
  const ensuring = failureOf(
    ensureIndex({ database: targetOf(db.url), desired, ctx: recorder.ctx }),
  );
  await untilPhase(db, "waiting for old snapshots");
  // Gets the lock that ANALYZE wants, between the build and it.
  const other = await db.connect();
  const locked = other.query("BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
  await untilWaiting(db, "BEGIN; LOCK TABLE");
  await snapshot.release();
  await locked;
  // Waited for in sight: an ANALYZE that queues would end a concurrent build of somebody else's as
  // a deadlock.
  await until("it waits", async () =>
    recorder.statuses.some((status) => status.startsWith("waiting for others to finish")),
  );
  expect(await db.query(QUEUED)).toEqual([]);
  recorder.cancel();
  expect((await ensuring).message).toMatch(/^cancelled; the index exists and is valid/);
  expect(await stateOf(db, "t_idx")).toBe("t/t/t");
  await other.end();
});

test("when the Pulumi CLI is lost, a build that runs may finish", async () => {
  const writer = await holdWrite(db, "t");
  const recorder = record();
  const ensuring = ensure(recorder);
  await untilPhase(db, "waiting for writers before build");
  recorder.drain();
  await writer.release();
  expect((await ensuring).live.valid).toBe(true);
  expect(await stateOf(db, "t_idx")).toBe("t/t/t");
});
