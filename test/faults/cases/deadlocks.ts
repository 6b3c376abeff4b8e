import assert from "node:assert/strict";
import type { Fault, Scene } from "../fault.ts";

const WARNING = "waits behind this build. PostgreSQL will cancel the build as a deadlock";

/** Whoever queues behind a build, and so kills it or everybody else's work. */
export const DEADLOCKS: readonly Fault[] = [
  {
    number: 13,
    fault:
      "CREATE INDEX CONCURRENTLY IF NOT EXISTS of the same name by somebody else during the " +
      "build: kills it, and says that all is well",
    answer: "warns of it, drops the INVALID index that is left, builds again",
    mark: "handled",
    words: [WARNING, "CREATE INDEX CONCURRENTLY IF NOT EXISTS t_idx"],
    tests: ["test/database/liveBuild.test.ts: and adopted when it ends well, not dropped"],
    shown: {
      end: "valid",
      provoke: (scene) =>
        queueBehindBuild(scene, "CREATE INDEX CONCURRENTLY IF NOT EXISTS t_idx ON t (a)"),
    },
  },
  {
    number: 14,
    fault: "two concurrent builds on one table end as a deadlock (`40P01`), always",
    answer:
      "builds one at a time on each table, also between processes; waits for other tools' " +
      "builds off the queue",
    mark: "handled",
    tests: [
      "test/database/executeLong.test.ts: a build that queues behind somebody all the same " +
        "leaves the queue at once",
      "test/database/parallel.test.ts: 25 indexes on five tables, all at once, as Pulumi calls",
      "test/database/parallel.test.ts: two processes both want all 25: one builds each, and the other adopts it",
    ],
  },
  {
    number: 15,
    fault:
      "other DDL, ANALYZE or LOCK TABLE queues behind a long build, which PostgreSQL ends in " +
      "its last phase",
    answer:
      "warns of whoever waits for more than a second, with the statement that ends that " +
      "wait; afterwards drops the leftover and builds again",
    mark: "handled",
    words: [WARNING, "SELECT pg_cancel_backend("],
    tests: [
      "test/database/waiters.test.ts: who waits behind a build is warned of; what it does to " +
        "the build is mended",
    ],
    shown: {
      end: "valid",
      setUp: ["CREATE INDEX standing ON t (b)"],
      provoke: async (scene) => {
        for (const [i, statement] of QUEUEING.entries())
          await queueBehindBuild(scene, statement, i === 0 ? "t_idx" : `t_idx_${i}`);
      },
    },
  },
  {
    number: 16,
    fault:
      "a session waits in pg_advisory_lock(), as other migration tools do: its snapshot " +
      "holds up every build",
    answer:
      "never waits for an advisory lock itself, polls its own; shows whoever does, and for " +
      "whom that one waits",
    mark: "handled",
    words: ["waiting for old snapshots", "itself behind pid ", "SELECT pg_advisory_lock("],
    shown: {
      end: "valid",
      provoke: async (scene) => {
        const migration = await scene.hold("SELECT pg_advisory_lock(4711)");
        const waiting = scene.other("SELECT pg_advisory_lock(4711)");
        const pid = await scene.untilWaiting("SELECT pg_advisory_lock");
        const build = scene.build();
        await build.says("waiting for old snapshots", `pid ${migration.pid} `, `pid ${pid} `);
        await migration.client.query("SELECT pg_advisory_unlock(4711)");
        await waiting;
        await build.done;
        assert.doesNotMatch(build.said(), /deadlock detected/);
      },
    },
  },
  {
    number: 19,
    fault:
      "an ALTER TABLE, TRUNCATE or plain DROP INDEX that queues behind the build stops every " +
      "later read and write of the table",
    answer:
      "never queues such a statement itself while a transaction is in its way that stays, and " +
      "for 50 ms at most; warns of whoever does, " +
      "with the statement that lets everybody go on",
    mark: "limit",
    words: ["It requests ACCESS EXCLUSIVE: every read and write of the table now waits behind it"],
    shown: {
      end: "valid",
      provoke: async (scene) => {
        const writer = await scene.holdWrite("t");
        const build = scene.build();
        await scene.untilPhase("waiting for writers before build");
        const altered = scene.other("ALTER TABLE t ADD COLUMN c int");
        const pid = await scene.untilWaiting("ALTER TABLE t");
        const read = "SET lock_timeout = '100ms'; SELECT 1 FROM t LIMIT 1";
        assert.equal(await scene.other(read), "55P03");
        const warning = await build.says("warning:", `pid ${pid} `, "ALTER TABLE t");
        const [cancel = ""] = /SELECT pg_cancel_backend\(\d+\)/.exec(warning) ?? [];
        await scene.other(cancel);
        assert.equal(await altered, "57014");
        assert.notEqual(await scene.other(read), "55P03");
        await writer.release();
        await build.done;
      },
    },
  },
];

/**
 * Three of the ten kinds that were seen to end a build: a lock like the build's, a stronger one,
 * another build.
 */
const QUEUEING = [
  "COMMENT ON TABLE t IS 'busy'",
  "CREATE STATISTICS s ON a, b FROM t",
  "REINDEX INDEX CONCURRENTLY standing",
];

/**
 * The build is held up until the statement has waited for so long that PostgreSQL takes the build,
 * and not it, for the deadlock.
 */
async function queueBehindBuild(scene: Scene, statement: string, name = "t_idx"): Promise<void> {
  const writer = await scene.holdWrite("t");
  const build = scene.build({ name });
  await scene.untilPhase("waiting for writers before build");
  const queued = scene.other(statement);
  const pid = await scene.untilWaiting(statement);
  await build.says("warning:", `pid ${pid} `, WARNING);
  await writer.release();
  assert.equal(await queued, "[]");
  assert.equal((await build.done).live.valid, true);
  assert.equal(await scene.stateOf(name), "t/t/t");
}
