import type { DesiredIndex } from "../declare/desiredIndex";
import type { TableName } from "../operation/operation";
import type { Step } from "../plan/step";
import type { Hooks } from "./execute";

/** What a build was to make, and where. */
export interface BuiltName extends TableName {
  readonly name: string;
}

/**
 * What the attempts at one request have begun: the next attempt, and the clean-up, go on from it.
 */
export class Journal {
  /** What the last build was to make, and where. */
  building: BuiltName | undefined;
  /** When the first build began, by `performance.now()`. */
  buildStartedAt: number | undefined;
  /** A rebuild is done once, whatever the outputs said when it was asked for. */
  isRebuilt = false;
  /** OIDs of the partitions whose index has been rebuilt. */
  readonly rebuilt = new Set<number>();
  /** About how large the index will be; undefined where nothing is known. */
  estimatedBytes: number | undefined;

  /** The hooks of a request, with a note taken of each step. */
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
