import type { LiveIndex } from "../catalog/liveIndex";
import type { DesiredIndex } from "../declare/desiredIndex";
import { constraintSql } from "../declare/statement";
import { ident, qualified } from "../text/sql";
import type { Step } from "./step";

export const CONSTRAINT_LOCK = "ACCESS EXCLUSIVE on the table, for milliseconds: everything waits";

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
