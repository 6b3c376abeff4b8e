import assert from "node:assert/strict";
import type { Fault } from "../fault.ts";

const REFUSALS = "test/database/dropRefusals.test.ts";

/** Drops, and what goes wrong with them. */
export const DROPS: readonly Fault[] = [
  {
    number: 47,
    fault:
      "DROP INDEX CONCURRENTLY waits for every transaction that has touched the table, and " +
      "has by then taken the index from the planner",
    answer:
      "waits before it begins, while queries still have the index, and shows for whom, " +
      "prepared transactions included; one that comes later makes the drop half done, which it " +
      "says, and the next run finishes",
    mark: "handled",
    words: [
      "not dropping public.t_idx yet, it would wait for open transactions on t",
      "prepared transaction 'has_read' (",
    ],
    tests: [
      "test/database/drop.test.ts: an old transaction is waited for while queries still have the index",
      "test/database/drop.test.ts: in mid-drop says that it is half done; the next run finishes it",
    ],
    shown: {
      end: "nothing",
      provoke: async (scene) => {
        const built = await scene.build().done;
        await scene.hold("BEGIN", "SELECT count(*) FROM t", "PREPARE TRANSACTION 'has_read'");
        const drop = scene.drop(built);
        await drop.says("not dropping public.t_idx yet", "prepared transaction 'has_read' (");
        assert.equal(await scene.stateOf("t_idx"), "t/t/t");
        await scene.other("ROLLBACK PREPARED 'has_read'");
        await drop.done;
      },
    },
  },
  {
    number: 48,
    fault:
      "a drop that was interrupted late leaves an index that is dead (`indislive` is false) " +
      "and still has its name",
    answer: "finishes the drop; never adopts such an index",
    mark: "handled",
    tests: [
      "test/database/drop.test.ts: what an interrupted statement left, %s",
      "test/database/leftovers.test.ts: of this definition is dropped, and the index built",
    ],
  },
  {
    number: 49,
    fault:
      "snapshots and writers of other tables look like something that a drop waits " +
      "for, and are not",
    answer: "drops beside them",
    mark: "handled",
    shown: {
      end: "nothing",
      provoke: async (scene) => {
        const built = await scene.build().done;
        await scene.hold("BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT 1 FROM other");
        await scene.holdWrite("other");
        const drop = scene.drop(built);
        await drop.done;
        assert.doesNotMatch(drop.said(), /not dropping|waits for/);
      },
    },
  },
  {
    number: 50,
    fault: "the index backs a constraint, or a foreign key refers to it (`2BP01`); or it is gone",
    answer:
      "refuses before PostgreSQL would, and says what to drop first; what is gone is a success",
    mark: "refused",
    words: ["backs the constraint", "a foreign key references it"],
    tests: [
      `${REFUSALS}: what serves a constraint`,
      `${REFUSALS}: what a foreign key needs: refused before PostgreSQL would, once`,
      "test/database/drop.test.ts: success when it is gone already",
    ],
  },
  {
    number: 51,
    fault:
      "the index is the table's replica identity: PostgreSQL drops it, and logical " +
      "replication breaks",
    answer: "refuses, and names the statement that comes first",
    mark: "refused",
    words: ["is the replica identity of"],
    tests: [`${REFUSALS}: the replica identity; the advice helps`],
  },
  {
    number: 52,
    fault: "PostgreSQL drops by name, and somebody else's index may have the name by then",
    answer:
      "keeps the table's key and compares table and definition right before; refuses what " +
      "is not its own",
    mark: "refused",
    words: ["the index that now has that name is not the one this stack built"],
    tests: [
      `${REFUSALS}: an index that is not what we built is refused, and stays`,
      `${REFUSALS}: also when it was put there while we waited for our turn`,
    ],
  },
  {
    number: 53,
    fault: "a plain DROP INDEX behind an open reader stops everybody",
    answer: "drops concurrently, always; reads and writes go on while it waits",
    mark: "handled",
    shown: {
      end: "nothing",
      provoke: async (scene) => {
        const built = await scene.build().done;
        const reader = await scene.hold("BEGIN", "SELECT count(*) FROM t");
        const drop = scene.drop(built);
        await drop.says(`pid ${reader.pid} `);
        for (const statement of ["SELECT 1 AS one FROM t LIMIT 1", "INSERT INTO t VALUES (1, 1)"])
          assert.match(await scene.other(`SET lock_timeout = '1s'; ${statement}`), /^\[/);
        await reader.release();
        await drop.done;
      },
    },
  },
];
