// How a rollout goes on, without a worker: its jobs are taken and ended by hand. Four tenants are four
// schemas of one database.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { databaseOf } from "../../providers/pgindex/src/engine/session/database.ts";
import { openSession, type Session } from "../../providers/pgindex/src/engine/session/session.ts";
import { readFleetFile } from "../../providers/pgindex/src/fleet/declare/fleetFile.ts";
import { planFleet } from "../../providers/pgindex/src/fleet/plan/fleetPlan.ts";
import {
  type Control,
  openControl,
} from "../../providers/pgindex/src/fleet/queue/controlDatabase.ts";
import { openQueue, type Queue } from "../../providers/pgindex/src/fleet/queue/queue.ts";
import {
  pauseRollout,
  resumeRollout,
  retryTargets,
  stopRollout,
} from "../../providers/pgindex/src/fleet/rollout/change.ts";
import { NO_RECORDS } from "../../providers/pgindex/src/fleet/rollout/records.ts";
import { readRollout } from "../../providers/pgindex/src/fleet/rollout/rollout.ts";
import { startRollout } from "../../providers/pgindex/src/fleet/rollout/start.ts";
import { lastStatus } from "../../providers/pgindex/src/fleet/rollout/status.ts";
import { freeDead, workerName } from "../../providers/pgindex/src/fleet/work/deadWorkers.ts";
import { endTarget, takeTarget } from "../../providers/pgindex/src/fleet/work/transitions.ts";
import { heldBackBy } from "../../providers/pgindex/src/fleet/work/turn/holdBack.ts";
import { endsInTime } from "../../providers/pgindex/src/fleet/work/turn/inTime.ts";
import { Worker } from "../../providers/pgindex/src/fleet/work/worker.ts";
import { until } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { receiveWal } from "../support/server/walReceiver.ts";

const folder = mkdtempSync(join(tmpdir(), "pgindex-fleet-"));
const TENANTS = ["a", "b", "c", "d"];
let database: TestDatabase;
let own: TestDatabase;
let control: Control;
let queue: Queue;
let session: Session;

beforeAll(async () => {
  [database, own] = (await Promise.all([createDatabase(), createDatabase()])) as [
    TestDatabase,
    TestDatabase,
  ];
  for (const each of TENANTS)
    await database.query(`CREATE SCHEMA ${each} CREATE TABLE t (a int, b int)`);
  control = await openControl(own.url);
  queue = await openQueue(own.url, "f", { works: false });
  const options = { purpose: "fleet", searchPath: [], writable: true };
  session = await openSession(databaseOf({ url: database.url }), options);
});
afterAll(async () => {
  await session.close();
  await queue.stop();
  await control.close();
  await Promise.all([database.drop(), own.drop()]);
  rmSync(folder, { recursive: true });
});

const targets = () => TENANTS.map((schema) => ({ name: schema, url: database.url, schema }));

/** Starts a rollout of all tenants; an earlier one is stopped. */
async function start(fleet: object = {}): Promise<string> {
  const file = join(folder, "fleet.json");
  const indexes = [{ table: "t", name: "t_a", columns: ["a"] }];
  const waves = [{ name: "all" }];
  writeFileSync(file, JSON.stringify({ name: "f", indexes, targets: targets(), waves, ...fleet }));
  const read = await readFleetFile(file);
  const env = {};
  const plan = await planFleet({ file: read, mode: "engine", env, records: NO_RECORDS });
  await stopRollout(at()).catch(() => undefined);
  return startRollout(control, queue, plan, read.fleet);
}

const at = () => ({ control, queue, fleet: "f" });
const status = async () => {
  const found = await lastStatus(control, "f");
  if (!found) throw new Error("there is no rollout");
  return found;
};

async function held(rollout: string, target: string, worker = workerName("x")) {
  const [row] = await own.query<{ job: string }>(
    "SELECT job FROM pgindex_fleet.target WHERE rollout = $1 AND name = $2",
    [rollout, target],
  );
  return { rollout, target, job: row?.job ?? "", worker };
}

/** Takes a target's job, and ends it so. */
async function end(rollout: string, target: string, state: "done" | "failed"): Promise<void> {
  const job = await held(rollout, target);
  await control.transaction(async (query) => {
    expect(await takeTarget(query, job)).toBeDefined();
    const problem = state === "failed" ? { problem: "broken" } : {};
    await endTarget(query, queue, job, { state, buildSeconds: 2, bytes: 1000, ...problem });
  });
}

test.each([
  { onFailure: "stop", failing: 1, is: "halted" },
  { onFailure: { after: 2 }, failing: 1, is: "running" },
  { onFailure: { after: 2 }, failing: 2, is: "halted" },
  { onFailure: { share: "50%" }, failing: 1, is: "running" },
  { onFailure: { share: "50%" }, failing: 2, is: "halted" },
  { onFailure: { share: "10%" }, failing: 1, is: "halted" },
])("onFailure $onFailure, $failing of 4 failed: $is", async ({ onFailure, failing, is }) => {
  const rollout = await start({ onFailure });
  for (const each of TENANTS.slice(0, failing)) await end(rollout, each, "failed");
  expect(await status()).toMatchObject({ state: is, waves: [{ targets: { failed: failing } }] });
  const taken = await control.transaction(async (query) =>
    takeTarget(query, await held(rollout, "d")),
  );
  expect(taken === undefined).toBe(is === "halted");
});

test("retry of one takes that one alone; without a name all that have failed", async () => {
  const rollout = await start({ onFailure: { after: 2 } });
  await end(rollout, "a", "failed");
  await end(rollout, "b", "failed");
  await expect(retryTargets(at(), ["c"])).rejects.toThrow("no such target has ended: c");
  await retryTargets(at(), ["b"]);
  const failed = (await status()).failed.map(({ target }) => target);
  expect(failed).toEqual(["a"]);
  await end(rollout, "b", "failed");
  await retryTargets(at(), []);
  expect(await status()).toMatchObject({ state: "running", failed: [] });
});

test("what is left out stays failed, and the others go on", async () => {
  const rollout = await start();
  await end(rollout, "a", "failed");
  await resumeRollout(at(), true);
  for (const each of ["b", "c", "d"]) await end(rollout, each, "done");
  expect(await status()).toMatchObject({
    waves: [{ state: "proving", targets: { done: 3, left: 1, failed: 0 } }],
    failed: [{ target: "a", problem: "broken" }],
  });
});

test("paused and stopped, nothing is begun; what runs is finished; resume begins again", async () => {
  const rollout = await start();
  const [running, waiting] = [await held(rollout, "a"), await held(rollout, "b")];
  await control.transaction((query) => takeTarget(query, running));
  await pauseRollout(at());
  expect(await control.transaction((query) => takeTarget(query, waiting))).toBeUndefined();
  await control.transaction((query) => endTarget(query, queue, running, { state: "done" }));
  expect((await status()).waves[0]?.targets).toMatchObject({ done: 1, waiting: 3, running: 0 });
  await resumeRollout(at(), false);
  expect(await control.transaction((query) => takeTarget(query, waiting))).toBeUndefined();
  await end(rollout, "b", "done");
  await stopRollout(at());
  const late = await held(rollout, "c");
  expect(await control.transaction((query) => takeTarget(query, late))).toBeUndefined();
  expect(await status()).toMatchObject({ state: "stopped", waves: [{ targets: { done: 2 } }] });
});

test("the soak between two waves is a job of the queue: nothing of the next one is queued", async () => {
  const rollout = await start({
    waves: [{ name: "first", count: 1 }, { name: "rest" }],
    gate: { soak: "1h" },
  });
  const [first] = await own.query<{ name: string }>(
    "SELECT name FROM pgindex_fleet.target WHERE rollout = $1 AND wave = 0",
    [rollout],
  );
  await end(rollout, first?.name ?? "", "done");
  expect(await status()).toMatchObject({
    waves: [{ state: "proving" }, { state: "waiting", targets: { waiting: 3 } }],
  });
  const jobs = await own.query(
    `SELECT data->>'kind' AS kind, start_after - now() > interval '55 min' AS later
       FROM pgindex_fleet_queue.job
      WHERE (data->>'rollout')::bigint = $1 AND data->>'target' IS DISTINCT FROM $2`,
    [rollout, first?.name],
  );
  expect(jobs).toEqual([{ kind: "gate", later: true }]);
});

test("a build that would not end in its window is not begun, by the slowest pace so far", async () => {
  const rollout = await start();
  const job = await held(rollout, "b");
  const inMs = (ms: number) => new Date(Date.now() + ms);
  expect(await endsInTime(control.query, job, 1e12, inMs(1000))).toBe(true);
  await end(rollout, "a", "done");
  // 2 s for 1,000 bytes.
  expect(await endsInTime(control.query, job, 30_000, inMs(61_000))).toBe(true);
  expect(await endsInTime(control.query, job, 30_000, inMs(59_000))).toBe(false);
});

test("sessions that are active hold the next build back", async () => {
  expect(await heldBackBy(session, { activeSessions: 100 })).toBeUndefined();
  const busy = await Promise.all([database.connect(), database.connect()]);
  const sleeping = busy.map((client) => client.query("SELECT pg_sleep(60)").catch(() => undefined));
  await until("they are active", () => heldBackBy(session, { activeSessions: 1 }));
  expect(await heldBackBy(session, { activeSessions: 1 })).toMatch(
    /^\d+ sessions are active, 1 allowed$/,
  );
  await database.query(
    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND datname = current_database()",
  );
  await Promise.all(sleeping);
});

test("a replica that lags holds the next build back", async () => {
  const replica = await receiveWal(database.url);
  try {
    const lsn = async () => {
      const [row] = await database.query<{ at: string }>(
        "SELECT (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::text AS at",
      );
      return BigInt(row?.at ?? 0);
    };
    const before = await lsn();
    await database.query("CREATE TABLE wal AS SELECT generate_series(1, 1000)");
    replica.reportReplayed(before);
    const said = await until("it lags", async () => {
      replica.reportReplayed(await lsn());
      await database.query("INSERT INTO wal VALUES (1)");
      return heldBackBy(session, { replicaLag: 0 });
    });
    expect(said).toMatch(/^a replica lags .* s, 0 s allowed$/);
    expect(await heldBackBy(session, { replicaLag: 3_600_000 })).toBeUndefined();
  } finally {
    await replica.stop();
  }
});

test("what a dead worker of this machine had is given back at once; of others nothing is known", async () => {
  const rollout = await start();
  const dead = workerName("x").replace(String(process.pid), String(2 ** 30));
  for (const [target, worker] of Object.entries({
    a: dead,
    b: workerName("y"),
    c: "elsewhere:1:z",
  })) {
    const job = await held(rollout, target, worker);
    await control.transaction((query) => takeTarget(query, job));
  }
  await freeDead(control, queue, await readRollout(control.query, rollout));
  expect((await status()).running.map(({ target }) => target)).toEqual(["b", "c"]);
  await end(rollout, "a", "done");
});

describe("a place whose worker has died is no dead end", () => {
  /** Places what a dead worker has left, behind the jobs of all others. */
  const LEFT = {
    "on this machine": async (rollout: string) =>
      freeDead(control, queue, await readRollout(control.query, rollout)),
    // pg-boss has not heard of its worker.
    "on another machine": (rollout: string) =>
      own.query(
        `UPDATE pgindex_fleet_queue.job SET state = 'retry', created_on = now() + interval '1 h'
          WHERE id IN (SELECT job FROM pgindex_fleet.target WHERE rollout = $1 AND has_slot)`,
        [rollout],
      ),
  };

  test.each([
    ["on this machine", workerName("x").replace(String(process.pid), String(2 ** 30))],
    ["on another machine", "elsewhere:1:z"],
  ] as const)("%s: whoever waits for it lets its target go first", async (where, dead) => {
    // Those of earlier tests.
    await own.query("DELETE FROM pgindex_fleet_queue.job");
    const rollout = await start({ maxBuildsPerServer: 1 });
    const job = await held(rollout, "a", dead);
    await control.transaction((query) => takeTarget(query, job));
    await own.query("UPDATE pgindex_fleet.target SET has_slot = true WHERE job = $1", [job.job]);
    await LEFT[where](rollout);
    const working = await openQueue(own.url, "f", { works: true });
    const file = await readFleetFile(join(folder, "fleet.json"));
    const settings = { control, queue: working, file, env: {}, concurrency: 1, say: () => {} };
    const ended = await new Worker(settings).work(new Promise(() => {}), true);
    expect(ended?.state).toBe("done");
    for (const each of TENANTS) await database.query(`DROP INDEX ${each}.t_a`);
  });
});

test.each([
  {
    what: "one schema of one database twice",
    targets: () => [...targets(), { name: "again", url: database.url, schema: "a" }],
    said: /is the same database as \w+ \(.*, schema a\)/,
  },
  {
    what: "a schema that has no such table",
    targets: () => [...targets(), { name: "none", url: database.url, schema: "none" }],
    said: /no table none\.t/,
  },
])("$what is a problem of the plan", async ({ targets: of, said }) => {
  const file = join(folder, "plan.json");
  const indexes = [{ table: "t", name: "t_a", columns: ["a"] }];
  writeFileSync(file, JSON.stringify({ name: "p", indexes, targets: of() }));
  const planning = { file: await readFleetFile(file), env: {}, records: NO_RECORDS };
  const { waves } = await planFleet({ ...planning, mode: "engine" });
  const problems = waves.flatMap(({ targets: planned }) =>
    planned.flatMap((it) => it.problem ?? []),
  );
  expect(problems).toEqual([expect.stringMatching(said)]);
});

test("a schema of its own for each target and one in the declaration is refused", async () => {
  const indexes = [{ schema: "a", table: "t", name: "t_a", columns: ["a"] }];
  await expect(start({ indexes })).rejects.toThrow(
    "indexes[0] names a schema, and the target a too",
  );
});
