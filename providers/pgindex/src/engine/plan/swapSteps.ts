import type { LiveIndex } from "../catalog/liveIndex";
import type { DesiredIndex } from "../declare/desiredIndex";
import { companionName } from "../declare/names";
import { constraintSql } from "../declare/statement";
import { ident, qualified } from "../text/sql";
import { alter } from "./buildSteps";
import { CONSTRAINT_LOCK, dropConstraintSql } from "./constraintSteps";
import { INDEX_LOCK, type Step } from "./step";

/**
 * Gives the new index the declared name and the old one a temporary name, in one transaction:
 * whoever looks finds a valid index under the name before, during and after. RENAME of an index
 * takes SHARE UPDATE EXCLUSIVE from PostgreSQL 12 on.
 */
export function swap(desired: DesiredIndex, old: LiveIndex): Step {
  const { schema, name } = desired;
  const next = companionName(name, "next");
  const roles = rolesOf(desired, old);
  return {
    kind: "alter",
    sqls: [
      renameSql(schema, name, companionName(name, "retired")),
      renameSql(schema, next, name),
      ...roles.map((role) => role.sql),
    ],
    locks: INDEX_LOCK,
    onlyWithValid: { schema, name: next },
    warning: roles.map((role) => role.warning).join("; ") || undefined,
    why: "the new index is valid and takes the declared name",
  };
}

/** What the table says of the old index has to be said of the new one. */
function rolesOf(desired: DesiredIndex, old: LiveIndex): { sql: string; warning: string }[] {
  const table = `ALTER TABLE ${qualified(desired.schema, desired.table)}`;
  const index = `${desired.schema}.${desired.name}`;
  const roles: { sql: string; warning: string }[] = [];
  if (old.isClustered) {
    roles.push({
      sql: `${table} CLUSTER ON ${ident(desired.name)}`,
      warning: `${index} is what CLUSTER orders ${desired.table} by, and so will its new self be`,
    });
  }
  if (old.isReplicaIdentity) {
    roles.push({
      sql: `${table} REPLICA IDENTITY USING INDEX ${ident(desired.name)}`,
      warning: `${index} is the replica identity of ${desired.table}; naming its new self takes ACCESS EXCLUSIVE on the table for milliseconds`,
    });
  }
  return roles;
}

export function rename(schema: string, from: string, to: string, why: string): Step {
  return alter([renameSql(schema, from, to)], why);
}

function renameSql(schema: string, from: string, to: string): string {
  return `ALTER INDEX ${qualified(schema, from)} RENAME TO ${ident(to)}`;
}

/**
 * Replaces the index below a constraint of its name: the constraint goes and comes back in one
 * transaction, with the new index.
 */
export function swapBelowConstraint(desired: DesiredIndex, old: LiveIndex): Step {
  const { schema, name } = desired;
  const next = companionName(name, "next");
  return {
    kind: "alter",
    sqls: [
      dropConstraintSql(old, name),
      renameSql(schema, next, name),
      ...constraintSql(desired),
      ...rolesOf(desired, old).map((role) => role.sql),
    ],
    locks: CONSTRAINT_LOCK,
    onlyWithValid: { schema, name: next },
    warning: `the constraint ${name} of ${desired.table} is made anew on the new index, in one transaction`,
    why: "the new index is valid and takes the place of the old one below the constraint",
  };
}
