import assert from "node:assert/strict";
import type { Fault } from "../fault.ts";

/** The role that builds, and the planner that is to use what was built. */
export const SERVERS: readonly Fault[] = [
  {
    number: 56,
    fault:
      "the role does not own the table (ALL and MAINTAIN are not enough), or may not create " +
      "in the schema (`42501`)",
    answer: "refuses in the preview, with the GRANT that helps",
    mark: "refused",
    words: ["MAINTAIN and ALL are not enough", "fix: run: GRANT "],
    tests: [
      "test/database/privileges.test.ts: a role with no rights at all",
      "test/database/privileges.test.ts: a role that owns the table but may not create " +
        "anything in its schema",
    ],
    shown: {
      end: "nothing",
      provoke: async (scene) => {
        const { deploy, url } = await scene.roles();
        await scene.db.query(
          `GRANT ALL ON t TO ${deploy}; GRANT ALL ON SCHEMA public TO ${deploy}`,
        );
        const message = await scene.build({}, { url }).failure();
        await assert.rejects(scene.preview({}, { url }), { message });
        // Which is what PostgreSQL says of it.
        const beside = `SET ROLE ${deploy}; CREATE INDEX t_idx ON t (a)`;
        assert.equal(await scene.other(beside), "42501");
      },
    },
  },
  {
    number: 62,
    fault:
      "the planner passes over a fresh index: one on an expression has no statistics " +
      "before ANALYZE",
    answer:
      "runs ANALYZE after such a build; a concurrent build never needs old snapshots to end " +
      "first (`indcheckxmin` is false)",
    mark: "handled",
    words: ["has no statistics until ANALYZE, and the planner guesses"],
    shown: {
      end: "valid",
      provoke: async (scene) => {
        await scene.other("UPDATE t SET b = b + 1");
        await scene.build({ columns: [{ expression: "b % 10" }] }).done;
        const [found] = await scene.db.query(
          `SELECT (SELECT count(*)::int FROM pg_stats WHERE tablename = 't_idx') AS statistics,
            indcheckxmin
             FROM pg_index WHERE indexrelid = 't_idx'::regclass`,
        );
        assert.deepEqual({ ...found }, { statistics: 1, indcheckxmin: false });
      },
    },
  },
];
