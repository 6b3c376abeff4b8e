import { test as base, describe } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { type Args, declare, record, targetOf } from "../support/engine/engine.ts";
import {
  type Holder,
  hold,
  holdSnapshot,
  holdWrite,
  oidOf,
  settle,
  stateOf,
  until,
  untilPhase,
} from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

interface Place {
  readonly db: TestDatabase;
  readonly table: string;
}

/**
 * A database and a table of its own for each test: they wait for retries most of the time, and do
 * so together.
 */
const test = base.extend<{ place: Place }>({
  place: async ({ task }, use) => {
    const place = { db: await createDatabase(), table: `t_${task.id.replaceAll(/\W/g, "_")}` };
    await place.db.query(`CREATE TABLE ${place.table} (a int, b int)`);
    await place.db.query(`INSERT INTO ${place.table} SELECT i, i FROM generate_series(1, 100) i`);
    await use(place);
    await settle(place.db);
    await place.db.drop();
  },
});

function start({ db, table }: Place, args: Args = {}) {
  const recorder = record();
  const target = targetOf(db.url, { maxConcurrentBuilds: 16 });
  const ensuring = declare({ table, name: "t_idx", columns: ["a"], ...args }).then((desired) =>
    ensureIndex({ database: target, desired, ctx: recorder.ctx }),
  );
  return { ...recorder, ensuring };
}

async function terminate(db: TestDatabase, application: string): Promise<void> {
  await db.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name LIKE $1 AND datname = current_database()`,
    [application],
  );
}

const WATCHERS = `SELECT pid FROM pg_stat_activity
  WHERE application_name LIKE 'pgindex watch %' AND datname = current_database()`;

type Hold = (place: Place) => Promise<Holder>;

const PHASES: readonly (readonly [phase: string, hold: Hold])[] = [
  ["waiting for writers before build", ({ db, table }) => holdWrite(db, table)],
  ["waiting for old snapshots", ({ db }) => holdSnapshot(db)],
];
const CASES = PHASES.flatMap(([phase, hold]) =>
  ["pg_cancel_backend", "pg_terminate_backend"].map((how) => [how, phase, hold] as const),
);

describe.concurrent("a build that is interrupted ends valid all the same", () => {
  test.for(CASES)("by %s while %s", async ([how, phase, hold], { place, expect }) => {
    const { db } = place;
    const holder = await hold(place);
    const { ensuring, lines } = start(place);
    const pid = await untilPhase(db, phase);
    const oid = await oidOf(db, "t_idx");
    await db.query(`SELECT ${how}($1)`, [pid]);
    await holder.release();
    const ensured = await ensuring;
    expect(ensured).toMatchObject({ adopted: false, live: { valid: true } });
    expect(ensured.live.oid).not.toBe(oid);
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
    expect(lines[0]).toMatch(/^info: attempt 1 was interrupted \(.*\); trying again$/);
    expect(lines[1]).toMatch(
      /^info: public\.t_idx: an interrupted build left it INVALID, .*; DROP INDEX CONCURRENTLY/,
    );
    expect(lines).toHaveLength(2);
  });

  test('with "refuse" too: a leftover of its own is no stranger\'s', async ({ place, expect }) => {
    const holder = await holdSnapshot(place.db);
    const { ensuring } = start(place, { invalidLeftover: "refuse" });
    const pid = await untilPhase(place.db, "waiting for old snapshots");
    await place.db.query("SELECT pg_terminate_backend($1)", [pid]);
    await holder.release();
    expect(await ensuring).toMatchObject({ adopted: false, live: { valid: true } });
  });

  test("by the loss of the watching session, in whose place another one comes", async ({
    place,
    expect,
  }) => {
    const { db, table } = place;
    const holder = await holdWrite(db, table);
    const { ensuring, statuses } = start(place);
    await untilPhase(db, "waiting for writers before build");
    const oid = await oidOf(db, "t_idx");
    const [watcher] = await db.query(WATCHERS);
    await terminate(db, "pgindex watch %");
    // Without one nobody could cancel the build.
    await until("another session watches", async () =>
      (await db.query(WATCHERS)).some(({ pid }) => pid !== watcher?.pid),
    );
    const before = statuses.length;
    await until("progress is shown again", async () =>
      statuses.slice(before).some((line) => line.startsWith("waiting for writers")),
    );
    await holder.release();
    const ensured = await ensuring;
    expect(ensured).toMatchObject({ adopted: false, live: { oid, valid: true } });
    expect(ensured.builtAt).toMatch(/^\d{4}-/);
    expect(ensured.buildSeconds).toBeGreaterThan(0);
  });

  test("by the loss of both sessions before its turn", async ({ place, expect }) => {
    const { db, table } = place;
    const holder = await hold(db, "BEGIN", `LOCK TABLE ${table} IN SHARE UPDATE EXCLUSIVE MODE`);
    const { ensuring, statuses } = start(place);
    await until("it waits", async () => statuses.join().includes("waiting for others to finish"));
    await terminate(db, "pgindex %");
    await holder.release();
    expect(await ensuring).toMatchObject({ adopted: false, live: { valid: true } });
  });
});

test.concurrent("a stranger's leftover is not cleaned up as ours", async ({ place, expect }) => {
  const { db, table } = place;
  // Somebody takes the name between our look and our build, and fails.
  const recorder = record();
  const desired = await declare({ table, name: "t_idx", columns: ["a"] });
  const takeName = async () => {
    if (await stateOf(db, "t_idx")) return;
    const snapshot = await holdSnapshot(db);
    const other = await db.connect();
    await other.query("SET lock_timeout = '100ms'");
    await other.query(`CREATE INDEX CONCURRENTLY t_idx ON ${table} (b)`).catch(() => undefined);
    await snapshot.release();
  };
  const target = targetOf(db.url, { maxConcurrentBuilds: 16 });
  const ensuring = ensureIndex({
    database: target,
    desired,
    ctx: recorder.ctx,
    hooks: { beforeBuild: takeName },
  });
  await expect(ensuring).rejects.toThrow(/^refused: .* is INVALID, and has another definition/);
  expect(recorder.lines.join()).toMatch(/relation "t_idx" already exists\); trying again/);
  expect(await stateOf(db, "t_idx")).toBe("f/t/t");
});
