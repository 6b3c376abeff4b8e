import type { DesiredIndex } from "../declare/desiredIndex";
import type { Foreseen, OwnBuild } from "../foresight/foreseen";
import type { TableName } from "../operation/operation";
import type { Step } from "../plan/step";
import { displayName } from "../text/render";
import type { Hooks } from "./execute";

/** The index that a build creates, and its table. */
export interface BuiltName extends TableName {
  readonly name: string;
  /** The partitioned table, if it is the index of one of its partitions. */
  readonly partitionOf?: TableName;
}

/** Records what the attempts at one request began, for the next attempt and the clean-up. */
export class Journal {
  /** What the first look planned, to which every later one is held. */
  foreseen: Foreseen | undefined;
  /** Every index that this run has begun to build. */
  readonly begun: OwnBuild[] = [];
  /** The index that the last build was creating. */
  building: BuiltName | undefined;
  /** When the first build began (`performance.now()`). */
  buildStartedAt: number | undefined;
  /** True after a rebuild, which is done only once per request. */
  isRebuilt = false;
  /** OIDs of the partitions whose index was rebuilt. */
  readonly rebuilt = new Set<number>();
  /** What has been changed so far besides the build, as SQL. */
  readonly done: string[] = [];
  /** Indexes of partitions that were made and not attached yet, by name. */
  readonly unattached = new Map<string, { readonly schema: string; readonly name: string }>();
  /** Estimated index size in bytes; undefined if unknown. */
  estimatedBytes: number | undefined;

  /** `foreseen`: what the look before this run's first one planned, if there was one. */
  constructor(foreseen?: Foreseen) {
    this.foreseen = foreseen;
  }

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
        if (step.kind === "alter")
          for (const each of step.onlyWithValid ?? []) this.unattached.delete(displayName(each));
        if (step.kind === "alter" || step.kind === "drop") this.done.push(...step.sqls);
        await hooks.afterStep?.(step);
      },
    };
  }

  private begin(step: Step, desired: DesiredIndex): void {
    const made = madeBy(step);
    if (made) this.unattached.set(displayName(made), made);
    if (step.kind !== "build" && step.kind !== "reindex") return;
    this.begun.push({ name: step.name, isNew: step.kind === "build" });
    const { schema, table } = step.on ?? desired;
    const partitionOf = step.on && { schema: desired.schema, table: desired.table };
    this.building = { schema, table, name: step.name, partitionOf };
  }
}

function madeBy(step: Step): { readonly schema: string; readonly name: string } | undefined {
  if (step.kind === "build" && step.on) return { schema: step.on.schema, name: step.name };
  return step.kind === "alter" ? step.creates : undefined;
}
