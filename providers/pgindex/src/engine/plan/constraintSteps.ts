import type { StoppingLock } from "../alteration/stoppingLock";
import type { LiveIndex } from "../catalog/liveIndex";
import type { DesiredIndex } from "../declare/desiredIndex";
import { constraintSql } from "../declare/statement";
import { ident, qualified } from "../text/sql";
import type { Step } from "./step";

/** Adding or dropping a constraint, and setting the replica identity. */
export const STOPS_TABLE: StoppingLock = { mode: "ACCESS EXCLUSIVE", on: "table" };

export const CONSTRAINT_LOCK = "ACCESS EXCLUSIVE on the table, for milliseconds: everything waits";

/**
 * Steps that add the constraint backed by the index, once the index exists.
 *
 * @see https://www.postgresql.org/docs/current/sql-altertable.html (USING INDEX)
 */
export function constraintSteps(desired: DesiredIndex): Step[] {
  const sqls = constraintSql(desired);
  if (sqls.length === 0) return [];
  const why = "the index must back a constraint";
  return [{ kind: "alter", sqls, locks: CONSTRAINT_LOCK, stops: STOPS_TABLE, why }];
}

/** Drops a constraint together with its index. */
export function dropConstraintSql({ schema, table }: LiveIndex, constraint: string): string {
  return `ALTER TABLE ${qualified(schema, table)} DROP CONSTRAINT ${ident(constraint)}`;
}
