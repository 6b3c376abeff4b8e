import assert from "node:assert/strict";
import type { Fault } from "../fault.ts";
import { SLOWLY, STOP } from "./slowly.ts";

/** Transactions that a build has to wait for, and those that it need not. */
export const WAITING: readonly Fault[] = [
  {
    number: 1,
    fault: "an open transaction has written to the table, also an idle one",
    answer:
      "waits, shows who it is, for how long and with which statement; everybody else goes on " +
      "reading and writing",
    mark: "handled",
    words: ["waiting for writers before build", "idle in transaction", "DELETE FROM t WHERE false"],
    shown: {
      end: "valid",
      provoke: async (scene) => {
        const writer = await scene.holdWrite("t");
        const build = scene.build();
        await build.says("waiting for writers before build", `waits for pid ${writer.pid} `);
        assert.equal(await scene.stateOf("t_idx"), "f/f/t");
        assert.equal(
          await scene.other("SET lock_timeout = '1s'; INSERT INTO t VALUES (1, 1)"),
          "[]",
        );
        await writer.release();
        await build.done;
      },
    },
  },
  {
    number: 2,
    fault: "a transaction begins to write during the build and stays open",
    answer: "waits for it before the validation and shows it",
    mark: "handled",
    words: ["waiting for writers before validation", "idle in transaction"],
    shown: {
      end: "valid",
      setUp: [SLOWLY],
      provoke: async (scene) => {
        const stop = await scene.hold(...STOP);
        const build = scene.build({ columns: [{ expression: "slowly(a)" }] });
        await scene.untilPhase("building index: scanning table");
        const writer = await scene.holdWrite("t");
        await stop.release();
        await build.says("waiting for writers before validation", `waits for pid ${writer.pid} `);
        assert.equal(await scene.stateOf("t_idx"), "f/t/t");
        await writer.release();
        await build.done;
      },
    },
  },
  {
    number: 3,
    fault:
      "an old snapshot anywhere in the database: REPEATABLE READ or SERIALIZABLE, an open " +
      "cursor, an exported snapshot (pg_dump), a long query",
    answer: "waits at the end of the build and shows whose snapshot it is",
    mark: "handled",
    words: ["waiting for old snapshots", "FETCH FROM c", "pg_export_snapshot"],
    shown: {
      end: "valid",
      provoke: async (scene) => {
        const snapshots = [
          ["BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT 1 FROM other"],
          ["BEGIN ISOLATION LEVEL SERIALIZABLE", "SELECT 1 FROM other"],
          ["BEGIN", "DECLARE c CURSOR FOR SELECT * FROM pg_class", "FETCH FROM c"],
          ["BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT pg_export_snapshot()"],
        ] as const;
        for (const [i, [begin, ...statements]] of snapshots.entries()) {
          const name = i === 0 ? "t_idx" : `t_idx_${i}`;
          const holder = await scene.hold(begin, ...statements);
          const build = scene.build({ name });
          await build.says("waiting for old snapshots", `waits for pid ${holder.pid} `);
          assert.equal(await scene.stateOf(name), "f/t/t");
          await holder.release();
          await build.done;
        }
      },
    },
  },
  {
    number: 4,
    fault:
      "open transactions that look like blockers and are none: idle after a SELECT of the " +
      "table, writing to another table, without a query yet, a WITH HOLD cursor, " +
      "LISTEN, anything " +
      "in another database",
    answer: "builds beside them and shows none of them",
    mark: "handled",
    shown: {
      end: "valid",
      provoke: async (scene) => {
        const harmless = [
          ["BEGIN", "SELECT count(*) FROM t"],
          ["BEGIN", "DELETE FROM other"],
          ["BEGIN"],
          ["BEGIN ISOLATION LEVEL REPEATABLE READ"],
          ["BEGIN", "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM t", "COMMIT"],
          ["LISTEN t"],
        ] as const;
        for (const [begin, ...statements] of harmless) await scene.hold(begin, ...statements);
        await scene.holdElsewhere("BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT 1 FROM pg_am");
        const build = scene.build();
        await build.done;
        assert.doesNotMatch(build.said(), /waits for/);
      },
    },
  },
  {
    number: 5,
    fault: "a prepared transaction (two-phase commit) has written to the table",
    answer: "waits and gives its name, owner and age: it has no session, and only its name ends it",
    mark: "handled",
    words: ["waits for prepared transaction 'forgotten' ("],
    shown: {
      end: "valid",
      provoke: async (scene) => {
        await scene.hold("BEGIN", "DELETE FROM t", "PREPARE TRANSACTION 'forgotten'");
        const build = scene.build();
        await build.says("waits for prepared transaction 'forgotten' (");
        await scene.other("ROLLBACK PREPARED 'forgotten'");
        await build.done;
      },
    },
  },
];
