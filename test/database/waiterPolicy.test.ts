import { describe, expect, test } from "vitest";
import { failureOf } from "../support/engine/engine.ts";
import {
  type Holder,
  holdSnapshot,
  holdWrite,
  settle,
  stateOf,
  until,
  untilPhase,
} from "../support/engine/engineDatabase.ts";
import { createRoles, dropRoles } from "../support/engine/engineRoles.ts";
import { useTable } from "../support/engine/engineTable.ts";
import { ALTER, SLOW, start, untilSaid, waitBehind } from "../support/engine/waiterCases.ts";

const db = await useTable();

describe("warn, the default", () => {
  test(
    "says that the application stands still behind an ALTER TABLE, and how many sessions",
    SLOW,
    async () => {
      const writer = await holdWrite(db, "t");
      const { ensuring, lines } = await start(db);
      await untilPhase(db, "waiting for writers before build");
      const alter = await waitBehind(db, ALTER);
      const read = await waitBehind(db, "SELECT count(*) FROM t");
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
      const { ensuring, lines, statuses } = await start(db);
      await untilPhase(db, "waiting for old snapshots");
      await until("the phase is seen", async () =>
        statuses.some((line) => line.startsWith("waiting for old snapshots")),
      );
      const analyze = await waitBehind(db, "ANALYZE t");
      await until("it has waited for long", async () =>
        statuses.some((line) => /1 waiting behind: .* waiting for [3-9] s/.test(line)),
      );
      const alter = await waitBehind(db, ALTER);
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
      const { ensuring, lines } = await start(db, {}, roles.url);
      const builder = await untilPhase(db, "waiting for writers before build");
      const [key] = await db.query<{ classid: number; objid: number }>(
        "SELECT classid::int4, objid::int8::int8 AS objid FROM pg_locks WHERE locktype = " +
          "'advisory' AND pid = $1",
        [builder],
      );
      const objid = BigInt.asIntN(32, BigInt(key?.objid ?? 0));
      const advisory = await waitBehind(db, `SELECT pg_advisory_lock(${key?.classid}, ${objid})`);
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
  const { ensuring, lines } = await start(db, { waiters: "yield" });
  await untilPhase(db, "waiting for writers before build");
  const alter = await waitBehind(db, "ANALYZE t");
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
  const { ensuring } = await start(db, { waiters: "yield", retries: 0 });
  const failed = failureOf(ensuring);
  await untilPhase(db, "waiting for writers before build");
  const analyze = await waitBehind(db, "ANALYZE t");
  expect(await analyze.outcome).toBe("done");
  await writer.release();
  const { message } = await failed;
  expect(message).toContain(`gave way to pid ${analyze.pid} `);
  expect(message).toContain("its INVALID leftover was dropped");
  expect(await stateOf(db, "t_idx")).toBeUndefined();
});

test(
  "who is in the way only since he waits himself: the one that he waits for is named too",
  SLOW,
  async () => {
    const holder = await db.connect();
    const { rows } = await holder.query("SELECT pg_advisory_lock(42), pg_backend_pid() AS pid");
    const waiter = await waitBehind(db, "SELECT pg_advisory_lock(42)");
    const { ensuring, statuses } = await start(db);
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
