import assert from "node:assert/strict";
import type { Fault } from "../fault.ts";

const ADOPTED = "test/database/liveBuild.test.ts: and adopted when it ends well, not dropped";

/** Builds that go on without whoever began them. */
export const ORPHANS: readonly Fault[] = [
  {
    number: 29,
    fault: "the process is killed: the server goes on building by itself",
    answer:
      "the next run waits for that build and adopts the index; if it dies, drops the " +
      "leftover and builds",
    mark: "handled",
    tests: [
      "test/inplace/killed.test.ts: killed amid the build of a replacement: what goes on by " +
        "itself is waited for",
      "test/pulumi/interruptions.test.ts: CLI and provider, between two indexes: the " +
        "next up finishes",
    ],
  },
  {
    number: 31,
    fault: "query_timeout of the client gives up while the server builds on; a URL may carry it",
    answer: "lets none of its statements have one",
    mark: "handled",
    shown: {
      end: "valid",
      provoke: async (scene) => {
        const writer = await scene.holdWrite("t");
        const url = new URL(scene.db.url);
        url.searchParams.set("query_timeout", "300");
        const build = scene.build({}, { url: url.href });
        await build.says("waiting for writers before build");
        await scene.until("more than the timeout is over", async () => {
          const sql = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%'
            AND state = 'active' AND datname = current_database()
            AND clock_timestamp() - query_start > interval '600 ms'`;
          return (await scene.db.query(sql)).length > 0;
        });
        await writer.release();
        await build.done;
        assert.doesNotMatch(build.said(), /interrupted/);
      },
    },
  },
  {
    number: 32,
    fault:
      "a drop of the INVALID index while its orphaned build runs would end that build at " +
      "the last moment",
    answer: "drops no INVALID index as long as anybody works on its table",
    mark: "handled",
    tests: [ADOPTED, "test/database/liveBuild.test.ts: and its leftover replaced when it does not"],
  },
  {
    number: 33,
    fault: "pg_stat_progress_create_index and pg_stat_activity hide a build from another role",
    answer: "finds whoever builds in pg_locks, which hides nothing, and waits",
    mark: "handled",
    words: ["waiting for others to finish on public.t", "<insufficient privilege>"],
    shown: {
      end: "valid",
      provoke: async (scene) => {
        const { owner, deploy, url } = await scene.roles();
        await scene.db.query(
          `ALTER TABLE t OWNER TO ${owner}; GRANT ALL ON SCHEMA public TO ${owner}; GRANT ` +
            `${owner} TO ${deploy}`,
        );
        const writer = await scene.holdWrite("t");
        const orphan = scene.other("CREATE INDEX CONCURRENTLY t_idx ON t (a)");
        const pid = await scene.untilPhase("waiting for writers before build");
        const oid = await scene.oidOf("t_idx");
        const build = scene.build({}, { url });
        await build.says("waiting for others to finish", `pid ${pid} `);
        await writer.release();
        assert.equal(await orphan, "[]");
        const { adopted, live } = await build.done;
        assert.deepEqual([adopted, live.oid], [true, oid]);
      },
    },
  },
];
