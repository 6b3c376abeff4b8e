import type { DoomedIndex } from "../alteration/concurrentDrop";
import type { ExpectedIndex } from "../alteration/expectedIndex";
import type { StoppingLock } from "../alteration/stoppingLock";
import { displayName } from "../text/render";

/** One step of a plan: what runs, what it locks, and why. */
export type Step = {
  readonly why: string;
  /** The partition it works on, if not the declared table. */
  readonly on?: { readonly schema: string; readonly table: string; readonly oid: number };
  /** "partition 3 of 20" */
  readonly position?: string;
} & (
  | { readonly kind: "adopt" }
  | {
      /** A long statement that is watched while it runs; `name` is its index. */
      readonly kind: "build" | "analyze" | "reindex";
      readonly name: string;
      readonly sql: string;
      readonly locks: string;
      /** Statements that mark a new index, for as soon as it can be seen. */
      readonly marks?: readonly string[];
    }
  | {
      readonly kind: "drop";
      readonly name: string;
      /** The index as planned: by now another may have its name, or somebody may have repaired it. */
      readonly index: DoomedIndex;
      readonly sqls: readonly string[];
      readonly locks: string;
    }
  | {
      /** Short statements in one transaction. */
      readonly kind: "alter";
      readonly sqls: readonly string[];
      readonly locks: string;
      /** Which index must have which name once they have run; else they are rolled back. */
      readonly expects?: readonly ExpectedIndex[];
      /** The lock that reads or writes wait for; undefined when they never do. */
      readonly stops?: StoppingLock;
      /** Indexes that must be valid before they run. */
      readonly onlyWithValid?: readonly IndexName[];
      /** The index of a partition that they create. */
      readonly creates?: { readonly schema: string; readonly name: string };
      /** A warning for the user, logged before the statements run. */
      readonly warning?: string;
    }
);

interface IndexName {
  readonly schema: string;
  readonly name: string;
}

/**
 * Conflicts with DDL and VACUUM, but not with reads or writes.
 *
 * @see https://www.postgresql.org/docs/current/explicit-locking.html
 */
export const TABLE_LOCK =
  "SHARE UPDATE EXCLUSIVE on the table: reads and writes go on, other DDL waits";
export const INDEX_LOCK =
  "SHARE UPDATE EXCLUSIVE on the index, for milliseconds: reads and writes go on";

/** OIDs of the indexes that a step drops, renames or changes. */
export function movedIndexes(step: Step): number[] {
  if (step.kind === "drop") return [step.index.oid];
  return step.kind === "alter" ? (step.expects ?? []).map(({ oid }) => oid) : [];
}

/** What is said of a step that runs. */
export function stepText(index: IndexName, step: Step): string {
  return `${displayName(index)}: ${step.why}: ${sqlsOf(step).join("; ")}`;
}

/** The statements of a step, in order. */
export function sqlsOf(step: Step): readonly string[] {
  if ("sqls" in step) return step.sqls;
  return "sql" in step ? [step.sql, ...(step.marks ?? [])] : [];
}
