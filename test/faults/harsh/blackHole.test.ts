import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ensureIndex } from "../../../providers/pgindex/src/engine/build/ensure.ts";
import { dropIndex } from "../../../providers/pgindex/src/engine/drop/drop.ts";
import { closeIdleSessions } from "../../../providers/pgindex/src/engine/slots/slotReservation.ts";
import { type Args, declare, record, targetOf } from "../../support/engine/engine.ts";
import {
  holdWrite,
  identityOf,
  oidOf,
  settle,
  stateOf,
  until,
  untilPhase,
  untilWaiting,
} from "../../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../../support/server/database.ts";
import { useServer } from "../../support/server/ownServer.ts";
import { startProxy, type TcpProxy } from "../../support/server/tcpProxy.ts";

const server = useServer({ name: "black-hole", settings: { fsync: "off" } });
let db: TestDatabase;
let proxy: TcpProxy;
beforeAll(async () => {
  db = await createDatabase(server().url);
});
beforeEach(async () => {
  proxy = await startProxy(server());
  await db.query("CREATE TABLE t (a int, b int)");
  await db.query("INSERT INTO t SELECT i, i FROM generate_series(1, 1000) i");
});
afterEach(async () => {
  await proxy.close();
  await settle(db);
  await db.query("DROP TABLE t");
});
afterAll(() => db?.drop());

/**
 * Long before anything but the engine itself could notice: TCP takes a quarter of an hour, and a
 * server hours.
 */
const BOUND_MS = 240_000;

async function start(args: Args = {}) {
  const recorder = record();
  const desired = await declare({ table: "t", name: "t_idx", columns: ["a"], ...args });
  const target = targetOf(proxy.through(db.url));
  return { ...recorder, ensuring: ensureIndex({ database: target, desired, ctx: recorder.ctx }) };
}

/**
 * The server ends a session whose client it cannot hear; nobody else would, and the table's key
 * would be held for ever.
 */
function untilGone(pid: number): Promise<boolean> {
  return until(`session ${pid} is gone`, async () => {
    const rows = await db.query("SELECT FROM pg_stat_activity WHERE pid = $1", [pid]);
    return rows.length === 0;
  });
}

describe("the network swallows connections in the middle of a build", () => {
  const cases = [
    { title: "that of the build", freeze: () => proxy.freeze({ application: "pgindex build" }) },
    { title: "all of them", freeze: () => proxy.freeze() },
  ];
  test.each(cases)("$title: what the server has built is found and kept", async ({ freeze }) => {
    const writer = await holdWrite(db, "t");
    const { ensuring, lines } = await start();
    const pid = await untilPhase(db, "waiting for writers before build");
    const oid = await oidOf(db, "t_idx");
    expect(freeze()).toBeGreaterThan(0);
    const started = performance.now();
    await writer.release();
    const ensured = await ensuring;
    expect(performance.now() - started).toBeLessThan(BOUND_MS);
    expect(ensured).toMatchObject({ adopted: false, live: { oid, valid: true } });
    expect(ensured.buildSeconds).toBeGreaterThan(0);
    expect(lines).toEqual([
      "info: attempt 1 was interrupted (Connection terminated unexpectedly); trying again",
    ]);
    await untilGone(pid);
  });

  test("all of them, and new ones for a while: it waits for the network", async () => {
    const writer = await holdWrite(db, "t");
    const { ensuring, statuses } = await start();
    await untilPhase(db, "waiting for writers before build");
    const oid = await oidOf(db, "t_idx");
    proxy.freeze({ newOnes: true });
    await until("it cannot look", async () => statuses.join().includes("progress unavailable"));
    proxy.thaw();
    await writer.release();
    expect(await ensuring).toMatchObject({ adopted: false, live: { oid, valid: true } });
  });

  test("and the build fails meanwhile: it builds anew", async () => {
    const writer = await holdWrite(db, "t");
    const { ensuring } = await start({ columns: ["a", "b"] });
    const pid = await untilPhase(db, "waiting for writers before build");
    const oid = await oidOf(db, "t_idx");
    proxy.freeze({ application: "pgindex build" });
    await db.query("SELECT pg_cancel_backend($1)", [pid]);
    await writer.release();
    const ensured = await ensuring;
    expect(ensured).toMatchObject({ adopted: false, live: { valid: true } });
    expect(ensured.live.oid).not.toBe(oid);
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
  });
});

test("the network swallows a drop: the index is gone, and that is noticed", async () => {
  const { live } = await (await start()).ensuring;
  const writer = await holdWrite(db, "t");
  // The proxy knows a connection by the name that it began with.
  await closeIdleSessions();
  const { ctx } = record();
  const dropping = dropIndex(targetOf(proxy.through(db.url)), identityOf(live), ctx);
  const pid = await untilWaiting(db, "DROP INDEX CONCURRENTLY");
  expect(proxy.freeze({ application: "pgindex drop" })).toBe(1);
  const started = performance.now();
  await writer.release();
  await dropping;
  expect(performance.now() - started).toBeLessThan(BOUND_MS);
  expect(await stateOf(db, "t_idx")).toBeUndefined();
  await untilGone(pid);
});

test("the network swallows idle sessions: the next work begins new ones", async () => {
  const { live } = await (await start()).ensuring;
  expect(proxy.freeze()).toBeGreaterThan(0);
  const started = performance.now();
  await dropIndex(targetOf(proxy.through(db.url)), identityOf(live), record().ctx);
  expect(performance.now() - started).toBeLessThan(BOUND_MS);
  expect(await stateOf(db, "t_idx")).toBeUndefined();
});
