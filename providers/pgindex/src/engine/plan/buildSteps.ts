import type { LiveIndex } from "../catalog/liveIndex";
import type { DesiredIndex } from "../declare/desiredIndex";
import { afterSql, createIndexStatement, dropIndexStatement } from "../declare/statement";
import { qualified } from "../text/sql";
import { constraintSteps } from "./constraintSteps";
import { INDEX_LOCK, type Step, TABLE_LOCK } from "./step";

/** What CREATE INDEX cannot say. */
export function extraSteps(desired: DesiredIndex, name: string): Step[] {
  const extras = afterSql(desired, name);
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

export function drop({ schema, name, oid, valid }: LiveIndex, why: string): Step {
  const sql = dropIndexStatement(schema, name);
  return { kind: "drop", name, oid, wasValid: valid, sql, locks: TABLE_LOCK, why };
}

export function alter(sqls: readonly string[], why: string): Step {
  return { kind: "alter", sqls, locks: INDEX_LOCK, why };
}
