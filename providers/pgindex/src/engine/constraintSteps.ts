import type { DesiredIndex, LiveIndex } from "./model";
import type { Step } from "./steps";
import { ident, qualified } from "./text/sql";

const CONSTRAINTS = { unique: "UNIQUE", primaryKey: "PRIMARY KEY" } as const;
export const CONSTRAINT_LOCK = "ACCESS EXCLUSIVE on the table, for milliseconds: everything waits";

/** @see https://www.postgresql.org/docs/current/sql-altertable.html (ADD table_constraint_using_index) */
export function addConstraintSql(
  table: string,
  name: string,
  constraint: keyof typeof CONSTRAINTS,
): string {
  return `ALTER TABLE ${table} ADD CONSTRAINT ${ident(name)} ${CONSTRAINTS[constraint]} USING INDEX ${ident(name)}`;
}

export function constraintSql({ schema, table, name, constraint }: DesiredIndex): string[] {
  return constraint ? [addConstraintSql(qualified(schema, table), name, constraint)] : [];
}

/** Makes the constraint that the index backs, once the index stands. */
export function constraintSteps(desired: DesiredIndex): Step[] {
  const sqls = constraintSql(desired);
  if (sqls.length === 0) return [];
  return [
    { kind: "alter", sqls, locks: CONSTRAINT_LOCK, why: "the index is to back a constraint" },
  ];
}

/** Drops a constraint, and its index with it. */
export function dropConstraintSql({ schema, table }: LiveIndex, constraint: string): string {
  return `ALTER TABLE ${qualified(schema, table)} DROP CONSTRAINT ${ident(constraint)}`;
}
