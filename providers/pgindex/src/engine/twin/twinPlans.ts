import type { Client, QueryConfig } from "pg";
import { readIndexes } from "../catalog/indexes";
import type { LiveIndex } from "../catalog/liveIndex";
import { isFree, overlapOf } from "../compare/overlap/overlap";
import type { Explained, PlanNode } from "../explain/explain";
import type { ParameterValue } from "../measure/servedQueries";
import type { Session } from "../session/session";
import { ident, qualified } from "../text/sql";
import type { Named, Production } from "./production/production";

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
    await setAll(twin, settings, "transaction");
    const text = `EXPLAIN (VERBOSE, FORMAT JSON) ${sql}`;
    return await explainIn(twin, { text, values: [...values] });
  } finally {
    await twin.query("ROLLBACK");
  }
}

/** What EXPLAIN (FORMAT JSON) says. */
export async function explainIn(twin: Client, explain: string | QueryConfig): Promise<PlanNode> {
  const { rows } = await twin.query<{ "QUERY PLAN": readonly Explained[] }>(explain);
  const plan = rows[0]?.["QUERY PLAN"][0]?.Plan;
  if (!plan) throw new Error("EXPLAIN gave no plan");
  return plan;
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
export async function setAll(
  twin: Client,
  settings: Readonly<Record<string, string>>,
  scope: "session" | "transaction",
): Promise<void> {
  await twin.query(
    `SELECT pg_catalog.set_config(w.name, w.value, $3)
       FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS w (name, value)
      WHERE w.name = 'search_path' OR EXISTS (SELECT FROM pg_catalog.pg_settings s
              WHERE s.name = w.name AND s.context = 'user' AND s.setting <> w.value)`,
    [Object.keys(settings), Object.values(settings), scope === "transaction"],
  );
}

/** An index that the new one leaves without a query of its own. */
export interface Redundant extends Named {
  readonly bytes: number;
}

/** A twin as what reads the catalog wants it. */
export function asSession(twin: Client): Pick<Session, "query"> {
  return {
    query: async <Row>(text: string, values: readonly unknown[] = []) =>
      (await twin.query(text, [...values])).rows as Row[],
  };
}

/** The indexes of the table that the new one makes redundant. */
export async function readRedundant(
  twin: Client,
  { schema, name }: Named,
  production: Pick<Production, "indexes">,
): Promise<Redundant[]> {
  const { rows } = await twin.query<{ oid: number; isNew: boolean }>(
    `SELECT r.indexrelid::int8::float8 AS oid, r.indexrelid = w.indexrelid AS "isNew"
       FROM pg_index w JOIN pg_class c ON c.oid = w.indexrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_index r ON r.indrelid = w.indrelid
      WHERE n.nspname = $1 AND c.relname = $2`,
    [schema, name],
  );
  const found = await readIndexes(
    asSession(twin),
    rows.map(({ oid }) => oid),
  );
  const made = found.find(({ oid }) => rows.some((row) => row.isNew && row.oid === oid));
  const others = found.filter((index) => index !== made);
  const replaced = made ? replacedBy(made, others, production) : [];
  return replaced.map(({ schema: of, name: called, sizeBytes: bytes }) => ({
    ...{ schema: of, name: called, bytes },
  }));
}

/** Of a table's others those that the new one makes redundant. */
export function replacedBy(
  made: LiveIndex,
  others: readonly LiveIndex[],
  { indexes }: Pick<Production, "indexes">,
): LiveIndex[] {
  // Only production knows what else needs one of them.
  const needed = indexes.filter(({ isNeeded }) => isNeeded);
  return others
    .filter((index) => isReplaced(made, index) && isFree(index))
    .filter((index) => !needed.some((each) => isSame(each, index)));
}

/** The same one under another name is as needless. */
function isReplaced(made: LiveIndex, other: LiveIndex): boolean {
  const overlap = overlapOf(made.canonical, other.canonical);
  return overlap === "redundant" || overlap === "same";
}

const isSame = (one: Named, other: Named) => one.schema === other.schema && one.name === other.name;
