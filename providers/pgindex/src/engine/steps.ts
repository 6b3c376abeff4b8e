import type { Difference } from "./compare";
import type { DesiredIndex, LiveIndex } from "./model";
import { companionName } from "./names";
import { ident, literal, qualified } from "./sql";
import { createIndexStatement, dropIndexStatement } from "./statement";

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
      readonly kind: "build" | "drop" | "analyze" | "reindex";
      readonly name: string;
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
const INDEX_LOCK = "SHARE UPDATE EXCLUSIVE on the index, for milliseconds: reads and writes go on";

/** What makes the declared index, as one text: the derived input `statement`, which a preview shows. */
export function declaredStatement(desired: DesiredIndex): string {
  const extras = [...extraSql(desired, desired.name), ...constraintSql(desired)];
  return [createIndexStatement(desired), ...extras].join(";\n");
}

function extraSql(desired: DesiredIndex, name: string): string[] {
  return [...statisticsSql(desired, name), ...commentSql(desired, name)];
}

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

const CONSTRAINTS = { unique: "UNIQUE", primaryKey: "PRIMARY KEY" } as const;
const CONSTRAINT_LOCK = "ACCESS EXCLUSIVE on the table, for milliseconds: everything waits";

/** @see https://www.postgresql.org/docs/current/sql-altertable.html (ADD table_constraint_using_index) */
function constraintSql({ schema, table, name, constraint }: DesiredIndex): string[] {
  if (!constraint) return [];
  return [
    `ALTER TABLE ${qualified(schema, table)} ADD CONSTRAINT ${ident(name)} ${CONSTRAINTS[constraint]} USING INDEX ${ident(name)}`,
  ];
}

/** Makes the constraint that the index backs, once the index stands. */
export function constraintSteps(desired: DesiredIndex): Step[] {
  const sqls = constraintSql(desired);
  if (sqls.length === 0) return [];
  return [
    { kind: "alter", sqls, locks: CONSTRAINT_LOCK, why: "the index is to back a constraint" },
  ];
}

/** Replaces the index below a constraint: the constraint goes and comes back in one transaction, with the new index. */
export function swapBelowConstraint(desired: DesiredIndex, old: LiveIndex): Step {
  const { schema, name } = desired;
  const next = companionName(name, "next");
  return {
    kind: "alter",
    sqls: [
      dropConstraintSql(old),
      renameSql(schema, next, name),
      ...constraintSql(desired),
      ...rolesOf(desired, old).map((role) => role.sql),
    ],
    locks: CONSTRAINT_LOCK,
    onlyWithValid: { schema, name: next },
    warning: `the constraint ${old.constraint} of ${desired.table} is made anew on the new index, in one transaction`,
    why: "the new index is valid and takes the place of the old one below the constraint",
  };
}

/** Drops a constraint, and its index with it. */
export function dropConstraintSql(live: LiveIndex): string {
  return `ALTER TABLE ${qualified(live.schema, live.table)} DROP CONSTRAINT ${ident(live.constraint ?? "")}`;
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

export function drop(live: Pick<LiveIndex, "schema" | "name">, why: string): Step {
  const sql = dropIndexStatement(live.schema, live.name);
  return { kind: "drop", name: live.name, sql, locks: TABLE_LOCK, why };
}

/**
 * Gives the new index the declared name and the old one a temporary name, in one transaction: whoever looks finds a valid index under the name
 * before, during and after. RENAME of an index takes SHARE UPDATE EXCLUSIVE from PostgreSQL 12 on.
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

export function alter(sqls: readonly string[], why: string): Step {
  return { kind: "alter", sqls, locks: INDEX_LOCK, why };
}

/** -1 gives a column back to the default. */
export function statisticsSql(
  desired: DesiredIndex,
  name: string,
  difference?: Difference,
): string[] {
  const index = qualified(desired.schema, name);
  const isSet = new Set(
    (difference?.live ?? "").split(", ").map((entry) => Number(entry.split("=")[0])),
  );
  return desired.keys.flatMap((key, i) => {
    if (key.statistics === undefined && !isSet.has(i + 1)) return [];
    return [`ALTER INDEX ${index} ALTER COLUMN ${i + 1} SET STATISTICS ${key.statistics ?? -1}`];
  });
}

export function commentSql(desired: DesiredIndex, name: string): string[] {
  if (desired.comment === undefined) return [];
  return [`COMMENT ON INDEX ${qualified(desired.schema, name)} IS ${literal(desired.comment)}`];
}
