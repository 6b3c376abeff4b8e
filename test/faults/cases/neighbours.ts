import assert from "node:assert/strict";
import type { Fault, Scene } from "../fault.ts";
import { SLOWLY, STOP } from "./slowly.ts";

/**
 * Other work at the same time that a build has to share the server with: its own, another build, a
 * VACUUM.
 */
export const NEIGHBOURS: readonly Fault[] = [
  {
    number: 17,
    fault:
      "the tool's own second connection holds a transaction open: a build would wait " +
      "for it for ever",
    answer:
      "watches a build with single statements; its other sessions hold neither a transaction " +
      "nor a snapshot",
    mark: "handled",
    shown: {
      end: "valid",
      provoke: async (scene) => {
        const writer = await scene.holdWrite("t");
        const build = scene.build();
        const builder = await scene.untilPhase("waiting for writers before build");
        for (let look = 0; look < 30; look += 1) await expectNoTransaction(scene, builder);
        await writer.release();
        await build.done;
      },
    },
  },
  {
    number: 18,
    fault:
      "builds on two tables at once, one of them partial or on an expression: the other " +
      "waits for it",
    answer: "builds both side by side; the one that waits shows the build that it waits for",
    mark: "handled",
    words: ["waiting for old snapshots", 'CREATE INDEX CONCURRENTLY "big_idx"'],
    shown: {
      end: "valid",
      setUp: [SLOWLY],
      provoke: async (scene) => {
        const stop = await scene.hold(...STOP);
        await scene.other("INSERT INTO other VALUES (1, 1)");
        const expression = { expression: "slowly(a)" };
        const big = scene.build({ table: "other", name: "big_idx", columns: [expression] });
        const pid = await scene.untilPhase("building index: scanning table");
        const small = scene.build();
        await small.says("waiting for old snapshots", `pid ${pid} (`);
        await stop.release();
        await Promise.all([big.done, small.done]);
        assert.equal(await scene.stateOf("big_idx"), "t/t/t");
      },
    },
  },
  {
    number: 20,
    fault: "a VACUUM of the table that does not give way: by hand, or against wraparound",
    answer:
      "waits outside of the queue, shows it, and builds afterwards; an ordinary autovacuum " +
      "gives way and is not waited for",
    mark: "handled",
    words: ["waiting for others to finish on public.t", "VACUUM (FREEZE) t"],
    tests: ["test/unit/catalog/otherSessions.test.ts: but not against wraparound"],
    shown: {
      end: "valid",
      provoke: async (scene) => {
        await scene.db.query("INSERT INTO t SELECT FROM generate_series(1, 20000)");
        // A nap after every page: it is at work until it is cancelled.
        const vacuum = await scene.hold("SET vacuum_cost_delay = 100", "SET vacuum_cost_limit = 1");
        const ended = vacuum.client.query("VACUUM (FREEZE) t").catch(() => undefined);
        await scene.until("VACUUM is at work", async () => {
          const sql = "SELECT 1 FROM pg_stat_progress_vacuum WHERE pid = $1";
          return (await scene.db.query(sql, [vacuum.pid])).length > 0;
        });
        const build = scene.build();
        await build.says("waiting for others to finish on public.t", "VACUUM (FREEZE) t");
        assert.equal(await scene.oidOf("t_idx"), undefined);
        await scene.db.query("SELECT pg_cancel_backend($1)", [vacuum.pid]);
        await ended;
        await build.done;
      },
    },
  },
];

/** A statement that is running is no open transaction; one that has ended must leave none. */
async function expectNoTransaction({ db }: Scene, builder: number): Promise<void> {
  const open = await db.query(
    `SELECT query, state FROM pg_stat_activity
      WHERE application_name LIKE 'pgindex %' AND datname = current_database() AND pid <> $1
        AND (state LIKE 'idle in transaction%' OR state = 'idle'
        AND (xact_start IS NOT NULL OR backend_xmin IS NOT NULL))`,
    [builder],
  );
  assert.deepEqual(open, []);
}
