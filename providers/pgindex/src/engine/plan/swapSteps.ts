import type { ExpectedIndex } from "../alteration/expectedIndex";
import type { LiveIndex } from "../catalog/liveIndex";
import type { DesiredIndex } from "../declare/desiredIndex";
import { companionName } from "../declare/names";
import { constraintSql, renameIndexStatement } from "../declare/statement";
import { ident, qualified } from "../text/sql";
import { alter } from "./buildSteps";
import {
  CONSTRAINT_LOCK,
  constraintSteps,
  dropConstraintSql,
  STOPS_TABLE,
} from "./constraintSteps";
import { INDEX_LOCK, type Step } from "./step";

/**
 * The step that gives the new index the declared name and the old one a temporary name, in one
 * transaction. The declared name refers to a valid index before, during and after it. Renaming an
 * index takes SHARE UPDATE EXCLUSIVE from PostgreSQL 12 on.
 *
 * @see https://www.postgresql.org/docs/current/sql-alterindex.html
 */
export function swap(desired: DesiredIndex, old: LiveIndex, made?: LiveIndex): Step {
  const { schema, name } = desired;
  const next = companionName(name, "next");
  const roles = rolesOf(desired, old);
  const retired = companionName(name, "retired");
  return {
    kind: "alter",
    sqls: [
      renameIndexStatement(schema, name, retired),
      renameIndexStatement(schema, next, name),
      ...roles.map((role) => role.sql),
    ],
    expects: [{ oid: old.oid, name: retired }, ...nowNamed(name, made)],
    locks: INDEX_LOCK,
    // CLUSTER ON takes only SHARE UPDATE EXCLUSIVE.
    stops: old.isReplicaIdentity ? STOPS_TABLE : undefined,
    onlyWithValid: [{ schema, name: next }],
    warning: roles.map((role) => role.warning).join("; ") || undefined,
    why: "the new index is valid and takes the declared name",
  };
}

/** The replacement, if an earlier run has built it, so that its OID is known. */
function nowNamed(name: string, made: LiveIndex | undefined): ExpectedIndex[] {
  return made ? [{ oid: made.oid, name }] : [];
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

/** The step that gives a new index under another name what the old one is to its table. */
export function takeRoles(desired: DesiredIndex, old: LiveIndex): Step[] {
  const roles = rolesOf(desired, old);
  if (roles.length === 0) return [];
  const sqls = roles.map((role) => role.sql);
  const warning = roles.map((role) => role.warning).join("; ");
  const locks = old.isReplicaIdentity ? CONSTRAINT_LOCK : INDEX_LOCK;
  const stops = old.isReplicaIdentity ? STOPS_TABLE : undefined;
  const why = "the new index replaces the old one";
  return [{ kind: "alter", sqls, locks, stops, warning, why }];
}

export function rename({ schema, name, oid }: LiveIndex, to: string, why: string): Step {
  return alter([renameIndexStatement(schema, name, to)], why, [{ oid, name: to }]);
}

/** Steps that give the declared name, and its constraint, to what an interrupted run has built. */
export function renameBuilt(made: LiveIndex, desired: DesiredIndex): Step[] {
  const why = "an interrupted run built it under a temporary name";
  return [rename(made, desired.name, why), ...constraintSteps(desired)];
}

/**
 * The step that replaces the index of a constraint with the same name: it drops the constraint and
 * recreates it with the new index, in one transaction.
 */
export function swapBelowConstraint(desired: DesiredIndex, old: LiveIndex, made?: LiveIndex): Step {
  const { schema, name } = desired;
  const next = companionName(name, "next");
  return {
    kind: "alter",
    sqls: [
      // Only a constraint that has its index's name is replaced.
      dropConstraintSql(old, old.name),
      renameIndexStatement(schema, next, name),
      ...constraintSql(desired),
      ...rolesOf(desired, old).map((role) => role.sql),
    ],
    expects: [{ oid: old.oid, name: null }, ...nowNamed(name, made)],
    locks: CONSTRAINT_LOCK,
    stops: STOPS_TABLE,
    onlyWithValid: [{ schema, name: next }],
    warning:
      `the constraint ${name} of ${desired.table} is recreated with the new index, ` +
      "in one transaction",
    why: "the new index is valid and replaces the old one in the constraint",
  };
}
