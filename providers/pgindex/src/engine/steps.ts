import type { LiveIndex } from "./catalog/liveIndex";
import { constraintSteps } from "./constraintSteps";
import type { DesiredIndex } from "./declare/desiredIndex";
import { createIndexStatement, dropIndexStatement, extraSql } from "./declare/statement";
import { qualified } from "./text/sql";

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
      /** What it was when that was decided: by now another index may have its name, or somebody may have mended it. */
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

/** https://www.postgresql.org/docs/current/explicit-locking.html: conflicts with DDL and VACUUM, with no read and no write. */
export const TABLE_LOCK =
  "SHARE UPDATE EXCLUSIVE on the table: reads and writes go on, other DDL waits";
export const INDEX_LOCK =
  "SHARE UPDATE EXCLUSIVE on the index, for milliseconds: reads and writes go on";

/** What CREATE INDEX cannot say. */
export function extraSteps(desired: DesiredIndex, name: string): Step[] {
  const extras = extraSql(desired, name);
  return extras.length > 0 ? [alter(extras, "CREATE INDEX cannot say it")] : [];
}

/** Builds the index under `name`, with everything that CREATE INDEX cannot say. */
export function buildSteps(desired: DesiredIndex, name: string, why: string): Step[] {
  const sql = createIndexStatement({ ...desired, name });
  const hasExpression = desired.keys.some((key) => key.expression !== undefined);
  return [
    { kind: "build", name, sql, locks: TABLE_LOCK, why },
    ...extraSteps(desired, name),
    ...(hasExpression ? [analyze(desired, name)] : []),
    ...(name === desired.name ? constraintSteps(desired) : []),
  ];
}

export function analyze(desired: DesiredIndex, name: string): Step {
  return {
    kind: "analyze",
    name,
    sql: `ANALYZE ${qualified(desired.schema, desired.table)}`,
    locks: TABLE_LOCK,
    why: "an index on an expression has no statistics, and the planner guesses, until ANALYZE",
  };
}

/** @see https://www.postgresql.org/docs/current/sql-reindex.html#SQL-REINDEX-CONCURRENTLY */
export function reindex({ schema, name }: DesiredIndex, why: string): Step {
  const sql = `REINDEX INDEX CONCURRENTLY ${qualified(schema, name)}`;
  return { kind: "reindex", name, sql, locks: TABLE_LOCK, why };
}

export function drop({ schema, name, oid, valid }: LiveIndex, why: string): Step {
  const sql = dropIndexStatement(schema, name);
  return { kind: "drop", name, oid, wasValid: valid, sql, locks: TABLE_LOCK, why };
}

export function alter(sqls: readonly string[], why: string): Step {
  return { kind: "alter", sqls, locks: INDEX_LOCK, why };
}
