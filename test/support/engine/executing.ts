import { execute, type Hooks } from "../../../providers/pgindex/src/engine/build/execute.ts";
import { drop } from "../../../providers/pgindex/src/engine/plan/buildSteps.ts";
import type { Step } from "../../../providers/pgindex/src/engine/plan/step.ts";
import { withWorkspace } from "../../../providers/pgindex/src/engine/session/workspace.ts";
import { requireTable } from "../../../providers/pgindex/src/engine/situation/scope.ts";
import type { TestDatabase } from "../server/database.ts";
import { declare, liveIndex, record, targetOf } from "./engine.ts";
import { oidOf } from "./engineDatabase.ts";

/** The steps of an index `i` on the table `t`, and what runs them. */
export async function useSteps(db: TestDatabase) {
  const desired = await declare({ table: "t", name: "i", columns: ["a"] });
  const build: Step = {
    kind: "build",
    name: "i",
    sql: 'CREATE INDEX CONCURRENTLY "i" ON "public"."t" ("a")',
    locks: "",
    why: "it does not exist",
  };
  /** The drop of what stands there now. */
  const dropStep = async (): Promise<Step> => {
    const oid = (await oidOf(db, "i")) ?? 0;
    return drop(liveIndex({ name: "i", oid }), "it must be dropped");
  };
  /** Runs steps as an attempt does, and tells what was done and said. */
  const run = async (steps: readonly Step[], recorder = record(), hooks: Hooks = {}) => {
    const options = { purpose: "test", searchPath: ["public"] };
    const work = withWorkspace(targetOf(db.url), options, async (workspace) => {
      const table = await requireTable(workspace.observer, desired);
      return execute(steps, {
        ...workspace,
        desired,
        table,
        buildSettings: {},
        ctx: recorder.ctx,
        hooks,
      });
    });
    return { ...recorder, done: await work };
  };
  return { desired, build, dropStep, run };
}
