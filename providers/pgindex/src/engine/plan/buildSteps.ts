import type { LiveIndex } from "../catalog/liveIndex";
import type { DesiredIndex } from "../declare/desiredIndex";
import { afterSql, createIndexStatement, dropIndexStatement } from "../declare/statement";
import { qualified } from "../text/sql";
import { constraintSteps } from "./constraintSteps";
import { INDEX_LOCK, type Step, TABLE_LOCK } from "./step";

/** Steps for what CREATE INDEX cannot express: comments and statistics targets. */
export function extraSteps(desired: DesiredIndex, name: string): Step[] {
  const extras = afterSql(desired, name);
  return extras.length > 0 ? [alter(extras, "CREATE INDEX cannot express it")] : [];
}

/**
 * Steps that build the index under `name`, including what CREATE INDEX cannot express.
 *
 * @example
 * // CREATE INDEX CONCURRENTLY "users_email_idx" ON "public"."users" ("email")
 *
 * @see https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
 */
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
    why: "an index on an expression has no statistics until ANALYZE, and the planner guesses",
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

export function alter(sqls: readonly string[], why: string): Extract<Step, { kind: "alter" }> {
  return { kind: "alter", sqls, locks: INDEX_LOCK, why };
}
