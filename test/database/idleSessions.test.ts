import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Session } from "../../providers/pgindex/src/engine/session/session.ts";
import { openSession } from "../../providers/pgindex/src/engine/session/session.ts";
import {
  withObserver,
  withWorkspace,
} from "../../providers/pgindex/src/engine/session/workspace.ts";
import { targetOf } from "../support/engine/engine.ts";
import { until } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
// An idle session is closed after a second.
afterEach(async () => {
  await until("idle sessions are closed", async () => (await sessions()).length === 0);
});
afterAll(() => db.drop());

async function sessions(): Promise<{ pid: number; application: string }[]> {
  return db.query(
    `SELECT pid, application_name AS application FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'pgindex%'`,
  );
}

/** The backend of one piece of work that reads, after `spoil`. */
async function pidOf(spoil: (session: Session) => Promise<unknown> = async () => {}) {
  return withObserver(targetOf(db.url), { purpose: "look", writable: false }, async (session) => {
    await spoil(session);
    return session.pid;
  });
}

const settingsOf = (session: Session) =>
  session.query<{ name: string; setting: string }>(
    "SELECT name, setting FROM pg_settings WHERE source = 'session' ORDER BY name",
  );

test("the next work gets the session of the one before, and nothing that it left", async () => {
  const fresh = await openSession(targetOf(db.url), {
    purpose: "look",
    searchPath: [],
    lockTimeoutMs: 3_000,
    writable: false,
  });
  const pinned = await settingsOf(fresh);
  await fresh.close();
  const pid = await pidOf(async (session) => {
    await session.query("SELECT pg_advisory_lock(4711)");
    await session.query("CREATE TEMP TABLE left_over (a int)");
    await session.query("SET work_mem = '7MB'");
    await session.query("SET ROLE pg_monitor");
    await session.query("LISTEN nobody");
  });
  expect(await sessions()).toEqual([{ pid, application: "pgindex" }]);
  await pidOf(async (session) => {
    expect(session.pid).toBe(pid);
    expect(await settingsOf(session)).toEqual(pinned);
    const [left] = await session.query(
      `SELECT (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks,
              (SELECT count(*)::int FROM pg_class WHERE relname = 'left_over') AS tables,
              (SELECT count(*)::int FROM pg_listening_channels()) AS channels,
              current_user = session_user AS own`,
    );
    expect(left).toEqual({ locks: 0, tables: 0, channels: 0, own: true });
  });
});

test("two pieces of work at a time have two", async () => {
  const options = { purpose: "build x", searchPath: ["public"] };
  const both = await withWorkspace(targetOf(db.url), options, async ({ builder, observer }) => {
    expect((await sessions()).map(({ application }) => application).sort()).toEqual([
      "pgindex build x",
      "pgindex watch build x",
    ]);
    return [builder.pid, observer.pid];
  });
  expect(both).toContain(await pidOf());
});

const NEVER_AGAIN: Readonly<Record<string, (session: Session) => Promise<unknown>>> = {
  "that was terminated": (session) =>
    db.query("SELECT pg_terminate_backend($1)", [session.pid]).then(() => delay(50)),
  "with an open transaction": (session) => session.query("BEGIN"),
  "with a failed transaction": (session) =>
    session.query("BEGIN").then(() => session.query("SELECT 1/0").catch(() => undefined)),
  "with a statement that nobody waits for": async (session) => {
    session.run("SELECT pg_sleep(2)").catch(() => undefined);
  },
  "whose role was altered": () => db.query(`ALTER DATABASE ${db.name} SET work_mem = '5MB'`),
};
for (const [name, spoil] of Object.entries(NEVER_AGAIN))
  test(`a session ${name} is not used again`, async () => {
    const pid = await pidOf(spoil);
    expect(await pidOf()).not.toBe(pid);
    await db.query(`ALTER DATABASE ${db.name} RESET ALL`);
  });

test("one that ends while it is idle is replaced without a word", async () => {
  const pid = await pidOf();
  await db.query("SELECT pg_terminate_backend($1)", [pid]);
  expect(await pidOf()).not.toBe(pid);
});

test("idle sessions count for maxConnections", async () => {
  const bounded = targetOf(`${db.url}?connect_timeout=60`, { maxConnections: 2 });
  const options = { purpose: "build x", searchPath: ["public"] };
  await withWorkspace(bounded, options, async () => undefined);
  expect(await sessions()).toHaveLength(2);
  const other = await openSession(bounded, { ...options, writable: false });
  expect(await sessions()).toHaveLength(2);
  await other.close();
});
