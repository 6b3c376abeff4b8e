// How long others wait behind one try for a lock, as it is measured from another session.
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { StallMeter } from "../../providers/pgindex/src/engine/alteration/stallMeter.ts";
import { withWorkspace } from "../../providers/pgindex/src/engine/session/workspace.ts";
import { failureOf, targetOf } from "../support/engine/engine.ts";
import { hold, oidOf, QUEUED, until } from "../support/engine/engineDatabase.ts";
import { useTable } from "../support/engine/engineTable.ts";

const db = await useTable();
const options = { purpose: "test", searchPath: ["public"] };
const LOCK = "LOCK TABLE t IN ACCESS EXCLUSIVE MODE";

async function isQueued(mode: string): Promise<boolean> {
  const rows = await db.query(`${QUEUED} AND l.relation = 't'::regclass AND l.mode = $1`, [mode]);
  return rows.length > 0;
}

test("a try that waits while others wait behind it is cancelled, and their wait is told", async () => {
  const holder = await hold(db, "BEGIN", "SELECT a FROM t LIMIT 1");
  await withWorkspace(targetOf(db.url), options, async ({ observer, builder }) => {
    await builder.query("BEGIN");
    const meter = new StallMeter(observer, builder, [(await oidOf(db, "t")) ?? 0], 100);
    const locking = failureOf(builder.query(LOCK));
    await until("it waits", () => isQueued("AccessExclusiveLock"));
    const reading = db.query("SELECT a FROM t LIMIT 1");
    expect(await locking).toMatchObject({ code: "57014" });
    expect(meter.hasCancelled).toBe(true);
    await reading;
    // The sample after the reader has gone.
    await delay(100);
    const { longestMs, sessions, tookMs } = await meter.end();
    await builder.query("ROLLBACK");
    expect(sessions).toBe(1);
    expect(longestMs).toBeGreaterThanOrEqual(100);
    expect(longestMs).toBeLessThanOrEqual(tookMs);
  });
  await holder.release();
});

test("nothing is measured, and nothing cancelled, once nobody observes", async () => {
  const holder = await hold(db, "BEGIN", "SELECT a FROM t LIMIT 1");
  await withWorkspace(targetOf(db.url), options, async ({ observer, builder }) => {
    await builder.query("BEGIN");
    observer.destroy();
    const meter = new StallMeter(observer, builder, [(await oidOf(db, "t")) ?? 0], 0);
    const locking = builder.query(LOCK);
    await until("it waits", () => isQueued("AccessExclusiveLock"));
    await holder.release();
    await locking;
    expect(await meter.end()).toMatchObject({ longestMs: 0, sessions: 0 });
    expect(meter.hasCancelled).toBe(false);
    await builder.query("ROLLBACK");
  });
});
