import { describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import {
  type Holder,
  holdSnapshot,
  holdWrite,
  settle,
  stateOf,
  until,
  untilPhase,
  untilWaiting,
} from "../support/engine/engineDatabase.ts";
import { createRoles, dropRoles } from "../support/engine/engineRoles.ts";
import { useTable } from "../support/engine/engineTable.ts";

const db = await useTable();

async function start(args: Args = {}, url = db.url) {
  const recorder = record();
  const desired = await declare({ table: "t", name: "t_idx", columns: ["a"], ...args });
  const target = targetOf(url, { maxConcurrentBuilds: 16 });
  return { ...recorder, ensuring: ensureIndex({ database: target, desired, ctx: recorder.ctx }) };
}

/** A statement of another session that waits behind the build. */
async function waitBehind(statement: string) {
  const client = await db.connect();
  const outcome = client.query(statement).then(
    () => "done",
    (error: { code?: string }) => error.code,
  );
  return { client, outcome, pid: await untilWaiting(db, statement) };
}

function untilSaid(lines: readonly string[], words: string): Promise<string> {
  return until(words, async () => lines.find((line) => line.includes(words)));
}

const ALTER = "ALTER TABLE t ADD COLUMN c int";
const SLOW = { timeout: 60_000 };

describe("warn, the default", () => {
  test(
    "says that the application stands still behind an ALTER TABLE, and how many sessions",
    SLOW,
    async () => {
      const writer = await holdWrite(db, "t");
      const { ensuring, lines } = await start();
      await untilPhase(db, "waiting for writers before build");
      const alter = await waitBehind(ALTER);
      const read = await waitBehind("SELECT count(*) FROM t");
      const warning = await untilSaid(lines, `pid ${alter.pid} `);
      expect(warning).toContain("PostgreSQL will cancel the build as a deadlock");
      expect(warning).toContain("every read and write of the table now waits behind it (1 so far)");
      expect(warning).toContain(`SELECT pg_cancel_backend(${alter.pid}); and run "${ALTER}"`);
      // Who only waits behind the waiter is no danger.
      expect(lines.join("\n")).not.toContain(`pid ${read.pid} (`);
      await db.query("SELECT pg_cancel_backend($1)", [alter.pid]);
      expect(await read.outcome).toBe("done");
      await writer.release();
      expect((await ensuring).live.valid).toBe(true);
    },
  );

  test(
    "is not needed in the last phase, for who begins to wait then: the build ends first",
    SLOW,
    async () => {
      const snapshot = await holdSnapshot(db);
      const { ensuring, lines, statuses } = await start();
      await untilPhase(db, "waiting for old snapshots");
      await until("the phase is seen", async () =>
        statuses.some((line) => line.startsWith("waiting for old snapshots")),
      );
      const analyze = await waitBehind("ANALYZE t");
      await until("it has waited for long", async () =>
        statuses.some((line) => /1 waiting behind: .* waiting for [3-9] s/.test(line)),
      );
      const alter = await waitBehind(ALTER);
      const warning = await untilSaid(lines, `pid ${alter.pid} `);
      expect(warning).not.toContain("deadlock");
      expect(warning).toContain("every read and write of the table now waits behind it");
      expect(lines.join("\n")).not.toContain(`pid ${analyze.pid} `);
      await snapshot.release();
      // Neither has ended the build.
      expect((await ensuring).live.valid).toBe(true);
      expect(lines.join("\n")).not.toContain("interrupted");
      expect([await analyze.outcome, await alter.outcome]).toEqual(["done", "done"]);
    },
  );

  test(
    "sees the sessions of other roles, which pg_stat_activity hides, and pg_advisory_lock()",
    SLOW,
    async () => {
      const roles = await createRoles(db);
      await db.query(`ALTER TABLE t OWNER TO ${roles.owner}`);
      await db.query(`GRANT CREATE ON SCHEMA public TO ${roles.owner}`);
      await db.query(`GRANT ${roles.owner} TO ${roles.deploy}`);
      const writer = await holdWrite(db, "t");
      const { ensuring, lines } = await start({}, roles.url);
      const builder = await untilPhase(db, "waiting for writers before build");
      const [key] = await db.query<{ classid: number; objid: number }>(
        "SELECT classid::int4, objid::int8::int8 AS objid FROM pg_locks WHERE locktype = " +
          "'advisory' AND pid = $1",
        [builder],
      );
      const objid = BigInt.asIntN(32, BigInt(key?.objid ?? 0));
      const advisory = await waitBehind(`SELECT pg_advisory_lock(${key?.classid}, ${objid})`);
      const warning = await untilSaid(lines, `pid ${advisory.pid} `);
      expect(warning).toContain(
        "It waits in pg_advisory_lock() and holds a snapshot while it waits.",
      );
      expect(warning).toContain("and run its statement afterwards");
      await db.query("SELECT pg_cancel_backend($1)", [advisory.pid]);
      await writer.release();
      expect((await ensuring).live.valid).toBe(true);
      await settle(db);
      await dropRoles(db, roles);
    },
  );
});

test("yield stops the build, lets the waiter pass, and builds afterwards", SLOW, async () => {
  const writer: Holder = await holdWrite(db, "t");
  const { ensuring, lines } = await start({ waiters: "yield" });
  await untilPhase(db, "waiting for writers before build");
  const alter = await waitBehind("ANALYZE t");
  // The writer is no obstacle to it: it passes while the writer is still there.
  expect(await alter.outcome).toBe("done");
  const line = await untilSaid(lines, `gave way to pid ${alter.pid} `);
  expect(line).toMatch(/^info: attempt 1 was interrupted \(gave way to pid/);
  await writer.release();
  expect(await ensuring).toMatchObject({ adopted: false, live: { valid: true } });
  expect(await stateOf(db, "t_idx")).toBe("t/t/t");
});

test("yield without retries says for whom it gave way, and leaves nothing", SLOW, async () => {
  await holdSnapshot(db);
  const writer = await holdWrite(db, "t");
  const { ensuring } = await start({ waiters: "yield", retries: 0 });
  const failed = failureOf(ensuring);
  await untilPhase(db, "waiting for writers before build");
  const analyze = await waitBehind("ANALYZE t");
  expect(await analyze.outcome).toBe("done");
  await writer.release();
  const { message } = await failed;
  expect(message).toContain(`gave way to pid ${analyze.pid} `);
  expect(message).toContain("its INVALID leftover was dropped");
  expect(await stateOf(db, "t_idx")).toBeUndefined();
});

describe("cancel", () => {
  test("cancels the waiter, and the build goes on", SLOW, async () => {
    const writer = await holdWrite(db, "t");
    const { ensuring, lines } = await start({ waiters: "cancel" });
    await untilPhase(db, "waiting for writers before build");
    const alter = await waitBehind(ALTER);
    expect(await alter.outcome).toBe("57014");
    await writer.release();
    expect((await ensuring).live.valid).toBe(true);
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^warning: cancelled pid ${alter.pid} .*waited behind`)),
    ]);
  });

  test("says the GRANT where it may not", SLOW, async () => {
    const roles = await createRoles(db);
    await db.query(`ALTER TABLE t OWNER TO ${roles.owner}`);
    await db.query(`GRANT CREATE ON SCHEMA public TO ${roles.owner}`);
    await db.query(`GRANT ${roles.owner} TO ${roles.deploy}`);
    const writer = await holdWrite(db, "t");
    const { ensuring, lines } = await start({ waiters: "cancel" }, roles.url);
    await untilPhase(db, "waiting for writers before build");
    const alter = await waitBehind(ALTER);
    const warning = await untilSaid(lines, "cannot be cancelled");
    expect(warning).toContain(`GRANT pg_signal_backend TO "${roles.deploy}";`);
    await db.query("SELECT pg_cancel_backend($1)", [alter.pid]);
    await writer.release();
    expect((await ensuring).live.valid).toBe(true);
    await settle(db);
    await dropRoles(db, roles);
  });
});

test(
  "who is in the way only since he waits himself: the one that he waits for is named too",
  SLOW,
  async () => {
    const holder = await db.connect();
    const { rows } = await holder.query("SELECT pg_advisory_lock(42), pg_backend_pid() AS pid");
    const waiter = await waitBehind("SELECT pg_advisory_lock(42)");
    const { ensuring, statuses } = await start();
    const shown = await until("both", async () =>
      statuses.find(
        (line) => line.startsWith("waiting for old") && line.includes(`pid ${waiter.pid} (`),
      ),
    );
    expect(shown).toContain(`itself behind pid ${rows[0].pid}`);
    expect(shown).toContain(`pid ${rows[0].pid} (postgres, idle`);
    await holder.query("SELECT pg_advisory_unlock(42)");
    expect(await waiter.outcome).toBe("done");
    await waiter.client.end();
    expect((await ensuring).live.valid).toBe(true);
  },
);
