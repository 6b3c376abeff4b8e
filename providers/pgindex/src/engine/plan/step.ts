/** One step of a change: what runs, what it locks, and why it is there. */
export type Step = {
  readonly why: string;
  /** The partition that it works on, when it is not the declared table. */
  readonly on?: { readonly schema: string; readonly table: string; readonly oid: number };
  /** "partition 3 of 20" */
  readonly position?: string;
} & (
  | { readonly kind: "adopt" }
  | {
      /** A long statement, watched; `name` is the index that it is about. */
      readonly kind: "build" | "analyze" | "reindex";
      readonly name: string;
      readonly sql: string;
      readonly locks: string;
    }
  | {
      readonly kind: "drop";
      readonly name: string;
      /**
       * What it was when that was decided: by now another index may have its name, or somebody may
       * have mended it.
       */
      readonly oid: number;
      readonly wasValid: boolean;
      readonly sql: string;
      readonly locks: string;
    }
  | {
      /** Short statements in one transaction. */
      readonly kind: "alter";
      readonly sqls: readonly string[];
      readonly locks: string;
      /** An index that must be valid before they run. */
      readonly onlyWithValid?: { readonly schema: string; readonly name: string };
      /** What the user should know before. */
      readonly warning?: string;
    }
);

/**
 * https://www.postgresql.org/docs/current/explicit-locking.html: conflicts with DDL and VACUUM,
 * with no read and no write.
 */
export const TABLE_LOCK =
  "SHARE UPDATE EXCLUSIVE on the table: reads and writes go on, other DDL waits";
export const INDEX_LOCK =
  "SHARE UPDATE EXCLUSIVE on the index, for milliseconds: reads and writes go on";
