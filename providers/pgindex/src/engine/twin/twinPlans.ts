import type { Client } from "pg";
import type { Explained, PlanNode } from "../explain/explain";
import type { ParameterValue } from "../measure/servedQueries";
import { ident, qualified } from "../text/sql";
import type { Named } from "./production/production";

/** A query as the application runs it. */
export interface TwinQuery {
  readonly sql: string;
  /** The planner's settings and the search_path of the session that runs it. */
  readonly settings: Readonly<Record<string, string>>;
  readonly values: readonly ParameterValue[];
}

/** Plans the query in a transaction that is rolled back, in which the indexes are dropped. */
export async function planWithout(
  twin: Client,
  { sql, settings, values }: TwinQuery,
  dropped: readonly Named[],
): Promise<PlanNode> {
  await twin.query("BEGIN");
  try {
    for (const index of dropped) await drop(twin, index);
    await setAll(twin, settings);
    const { rows } = await twin.query<{ "QUERY PLAN": readonly Explained[] }>({
      text: `EXPLAIN (VERBOSE, FORMAT JSON) ${sql}`,
      values: [...values],
    });
    const plan = rows[0]?.["QUERY PLAN"][0]?.Plan;
    if (!plan) throw new Error("EXPLAIN gave no plan");
    return plan;
  } finally {
    await twin.query("ROLLBACK");
  }
}

/** With the constraint that it backs, and the foreign keys that refer to that. */
async function drop(twin: Client, { schema, name }: Named): Promise<void> {
  const { rows } = await twin.query<{ table: string; constraint: string }>(
    `SELECT k.conrelid::regclass::text AS table, k.conname AS constraint
       FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conindid
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2 AND k.contype IN ('p', 'u', 'x')`,
    [schema, name],
  );
  const [backed] = rows;
  await twin.query(
    backed
      ? `ALTER TABLE ${backed.table} DROP CONSTRAINT ${ident(backed.constraint)} CASCADE`
      : `DROP INDEX ${qualified(schema, name)}`,
  );
}

/** A setting that 18 no longer has, or that only a superuser may make, decides no plan. */
async function setAll(twin: Client, settings: Readonly<Record<string, string>>): Promise<void> {
  await twin.query(
    `SELECT pg_catalog.set_config(w.name, w.value, true)
       FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS w (name, value)
      WHERE w.name = 'search_path' OR EXISTS (SELECT FROM pg_catalog.pg_settings s
              WHERE s.name = w.name AND s.context = 'user' AND s.setting <> w.value)`,
    [Object.keys(settings), Object.values(settings)],
  );
}

/** An index whose keys begin another one's, so that this one serves every query that it serves. */
export interface Redundant extends Named {
  readonly bytes: number;
}

/**
 * The indexes of the table that the new one makes redundant: btrees without anything of their own,
 * neither uniqueness nor another predicate, order, operator class or column.
 */
export async function readRedundant(twin: Client, { schema, name }: Named): Promise<Redundant[]> {
  const { rows } = await twin.query<Redundant>(
    `SELECT n.nspname AS schema, c.relname AS name,
            (SELECT coalesce(sum(pg_relation_size(t.relid)), 0) FROM (
               SELECT c.oid::regclass AS relid UNION SELECT relid FROM pg_partition_tree(c.oid)) t
            )::float8 AS bytes
       FROM pg_index w JOIN pg_class wc ON wc.oid = w.indexrelid
       JOIN pg_namespace n ON n.oid = wc.relnamespace
       JOIN pg_index r ON r.indrelid = w.indrelid AND r.indexrelid <> w.indexrelid
       JOIN pg_class c ON c.oid = r.indexrelid AND c.relam = wc.relam
       JOIN pg_am a ON a.oid = c.relam
      WHERE n.nspname = $1 AND wc.relname = $2 AND a.amname = 'btree' AND NOT r.indisunique
        AND pg_get_expr(r.indpred, r.indrelid) IS NOT DISTINCT FROM pg_get_expr(w.indpred, w.indrelid)
        AND r.indnkeyatts <= w.indnkeyatts
        AND NOT EXISTS (SELECT FROM generate_series(1, r.indnkeyatts) k
              WHERE pg_get_indexdef(r.indexrelid, k, true) <> pg_get_indexdef(w.indexrelid, k, true)
                 OR r.indclass[k - 1] <> w.indclass[k - 1]
                 OR r.indcollation[k - 1] <> w.indcollation[k - 1]
                 OR r.indoption[k - 1] <> w.indoption[k - 1])
        AND NOT EXISTS (SELECT FROM generate_series(r.indnkeyatts, r.indnatts - 1) k
              WHERE r.indkey[k] <> ALL (w.indkey::int2[]))
      ORDER BY 2`,
    [schema, name],
  );
  return rows;
}
