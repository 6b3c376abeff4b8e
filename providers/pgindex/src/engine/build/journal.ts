import type { DesiredIndex } from "../declare/desiredIndex";
import type { TableName } from "../operation/operation";
import type { Step } from "../plan/step";
import type { Hooks } from "./execute";

/** The index that a build creates, and its table. */
export interface BuiltName extends TableName {
  readonly name: string;
}

/** Records what the attempts at one request began, for the next attempt and the clean-up. */
export class Journal {
  /** The index that the last build was creating. */
  building: BuiltName | undefined;
  /** When the first build began (`performance.now()`). */
  buildStartedAt: number | undefined;
  /** True after a rebuild, which is done only once per request. */
  isRebuilt = false;
  /** OIDs of the partitions whose index was rebuilt. */
  readonly rebuilt = new Set<number>();
  /** Estimated index size in bytes; undefined if unknown. */
  estimatedBytes: number | undefined;

  /** Wraps a request's hooks to record each step. */
  noting(desired: DesiredIndex, hooks: Hooks = {}): Hooks {
    return {
      beforeBuild: async (step) => {
        if (this.buildStartedAt === undefined) await hooks.beforeBuild?.(step);
        this.buildStartedAt ??= performance.now();
      },
      beforeStep: async (step) => {
        await hooks.beforeStep?.(step);
        this.begin(step, desired);
      },
      afterStep: async (step) => {
        if (step.kind === "reindex" && step.on) this.rebuilt.add(step.on.oid);
        await hooks.afterStep?.(step);
      },
    };
  }

  private begin(step: Step, desired: DesiredIndex): void {
    if (step.kind !== "build" && step.kind !== "reindex") return;
    const { schema, table } = step.on ?? desired;
    this.building = { schema, table, name: step.name };
  }
}
