import type { LiveIndex } from "../catalog/liveIndex";
import type { DesiredIndex } from "../declare/desiredIndex";
import { companionName } from "../declare/names";
import { constraintSql } from "../declare/statement";
import { ident, qualified } from "../text/sql";
import { alter } from "./buildSteps";
import { CONSTRAINT_LOCK, dropConstraintSql, STOPS_TABLE } from "./constraintSteps";
import { INDEX_LOCK, type Step } from "./step";

/**
 * The step that gives the new index the declared name and the old one a temporary name, in one
 * transaction. The declared name refers to a valid index before, during and after it. Renaming an
 * index takes SHARE UPDATE EXCLUSIVE from PostgreSQL 12 on.
 *
 * @see https://www.postgresql.org/docs/current/sql-alterindex.html
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
    // CLUSTER ON takes only SHARE UPDATE EXCLUSIVE.
    stops: old.isReplicaIdentity ? STOPS_TABLE : undefined,
    onlyWithValid: { schema, name: next },
    warning: roles.map((role) => role.warning).join("; ") || undefined,
    why: "the new index is valid and takes the declared name",
  };
}

/** Transfers the table's CLUSTER and REPLICA IDENTITY settings to the new index. */
function rolesOf(desired: DesiredIndex, old: LiveIndex): { sql: string; warning: string }[] {
  const table = `ALTER TABLE ${qualified(desired.schema, desired.table)}`;
  const index = `${desired.schema}.${desired.name}`;
  const roles: { sql: string; warning: string }[] = [];
  if (old.isClustered) {
    roles.push({
      sql: `${table} CLUSTER ON ${ident(desired.name)}`,
      warning: `CLUSTER orders ${desired.table} by ${index}; its replacement takes over`,
    });
  }
  if (old.isReplicaIdentity) {
    roles.push({
      sql: `${table} REPLICA IDENTITY USING INDEX ${ident(desired.name)}`,
      warning:
        `${index} is the replica identity of ${desired.table}; ` +
        "setting its replacement takes ACCESS EXCLUSIVE on the table for milliseconds",
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
 * The step that replaces the index of a constraint with the same name: it drops the constraint and
 * recreates it with the new index, in one transaction.
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
    stops: STOPS_TABLE,
    onlyWithValid: { schema, name: next },
    warning:
      `the constraint ${name} of ${desired.table} is recreated with the new index, ` +
      "in one transaction",
    why: "the new index is valid and replaces the old one in the constraint",
  };
}
