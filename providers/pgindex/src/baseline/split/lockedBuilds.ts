import type { Constraint } from "libpg-query";
import { labelOfRelation, nodesWithin } from "./nodes";
import type { MigrationStatement } from "./statements";

const BACKED: readonly unknown[] = ["CONSTR_UNIQUE", "CONSTR_PRIMARY", "CONSTR_EXCLUSION"];

/**
 * Whether a statement builds an index for a constraint on a table that is in use: reads and writes
 * wait meanwhile, since no constraint is built concurrently.
 */
export function buildsUnderLock(
  { node }: MigrationStatement,
  created: ReadonlySet<string>,
): boolean {
  if (!("AlterTableStmt" in node) || created.has(labelOfRelation(node.AlterTableStmt.relation)))
    return false;
  return nodesWithin<Constraint>(node, "Constraint").some(
    ({ contype, indexname }) => BACKED.includes(contype) && indexname === undefined,
  );
}
