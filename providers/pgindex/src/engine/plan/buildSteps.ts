import { dropSqls } from "../alteration/concurrentDrop";
import type { ExpectedIndex } from "../alteration/expectedIndex";
import type { LiveIndex } from "../catalog/liveIndex";
import type { DesiredIndex } from "../declare/desiredIndex";
import type { OwnershipMark } from "../declare/ownershipMark";
import { afterSql, commentSql, createIndexStatement } from "../declare/statement";
import { ident, qualified } from "../text/sql";
import { constraintSteps } from "./constraintSteps";
import { INDEX_LOCK, type Step, TABLE_LOCK } from "./step";

/** Steps for what CREATE INDEX cannot express: statistics targets, and a comment without mark. */
export function extraSteps(desired: DesiredIndex, name: string, mark?: OwnershipMark): Step[] {
  const unsaid = mark ? { ...desired, comment: undefined } : desired;
  const extras = afterSql(unsaid, name);
  return extras.length > 0 ? [alter(extras, "CREATE INDEX cannot express it")] : [];
}

/** The statements that mark a new index, and comment it. */
export function markSqls(desired: DesiredIndex, name: string, mark?: OwnershipMark): string[] {
  return mark ? commentSql(desired, name, mark) : [];
}

/**
 * Steps that build the index under `name`, including what CREATE INDEX cannot express.
 *
 * @example
 * // CREATE INDEX CONCURRENTLY "users_email_idx" ON "public"."users" ("email")
 *
 * @see https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
 */
export function buildSteps(
  desired: DesiredIndex,
  name: string,
  why: string,
  mark?: OwnershipMark,
): Step[] {
  const sql = createIndexStatement({ ...desired, name });
  const marks = markSqls(desired, name, mark);
  const hasExpression = desired.keys.some((key) => key.expression !== undefined);
  return [
    { kind: "build", name, sql, locks: TABLE_LOCK, marks, why },
    ...extraSteps(desired, name, mark),
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
    why: "an index on an expression has no statistics until ANALYZE, and the planner guesses",
  };
}

/** @see https://www.postgresql.org/docs/current/sql-reindex.html#SQL-REINDEX-CONCURRENTLY */
export function reindex({ schema, name }: DesiredIndex, why: string): Step {
  const sql = `REINDEX INDEX CONCURRENTLY ${qualified(schema, name)}`;
  return { kind: "reindex", name, sql, locks: TABLE_LOCK, why };
}

export function drop({ schema, name, oid, tableOid, valid }: LiveIndex, why: string): Step {
  const index = { schema, name, oid, tableOid, valid };
  return { kind: "drop", name, index, sqls: dropSqls(index), locks: TABLE_LOCK, why };
}

export function alter(
  sqls: readonly string[],
  why: string,
  expects?: readonly ExpectedIndex[],
): Extract<Step, { kind: "alter" }> {
  return { kind: "alter", sqls, locks: INDEX_LOCK, expects, why };
}

const DROP_LOCK =
  "ACCESS EXCLUSIVE on the table and every partition, for milliseconds: everything waits";

export function dropAny(live: LiveIndex, why: string): Step {
  return live.isPartitioned ? dropPartitioned(live, why) : drop(live, why);
}

/**
 * The step that drops a partitioned index. PostgreSQL cannot drop it concurrently, so all other
 * sessions on the table wait.
 *
 * @example
 * // DROP INDEX "public"."events_at_idx"
 *
 * @see https://www.postgresql.org/docs/current/sql-dropindex.html
 */
export function dropPartitioned(
  { schema, name, oid }: LiveIndex,
  why: string,
): Extract<Step, { kind: "alter" }> & { readonly warning: string } {
  return {
    kind: "alter",
    sqls: [`DROP INDEX ${qualified(schema, name)}`],
    expects: [{ oid, name: null }],
    locks: DROP_LOCK,
    stops: { mode: "ACCESS EXCLUSIVE", on: "partitions" },
    warning:
      `PostgreSQL cannot drop the partitioned index ${ident(name)} concurrently: ` +
      "everything on the table waits for a moment; " +
      "pgindex waits until nobody is in its way, and then asks for the lock for 50 ms at a time",
    why,
  };
}
