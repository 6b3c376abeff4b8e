import type { IndexOnTable } from "../catalog/indexTree";
import { PgIndexError } from "../errors/advice";
import type { FunctionName } from "../input/namesInQuery";
import type { Session } from "../session/session";
import { volatileAdvice } from "./measureMessages";
import type { ParsedQuery } from "./servedQueries";

/**
 * Built-in functions that are VOLATILE because of their result but have no side effects. The
 * query's timeout ends a sleep.
 */
const HARMLESS: readonly string[] = [
  ...["random", "random_normal", "setseed", "gen_random_uuid", "uuidv4", "uuidv7"],
  ...["clock_timestamp", "timeofday", "pg_sleep", "pg_sleep_for", "pg_sleep_until"],
];

/**
 * The search path may contain user-defined operators. For each pair of types compared here, the
 * server has a built-in operator.
 */
const VOLATILE = `
SELECT DISTINCT n.nspname::text AS schema, p.proname::text AS name
  FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  JOIN unnest($1::name[], $2::name[]) AS f(schema, name) ON f.name = p.proname
 WHERE p.provolatile = 'v'
   AND CASE WHEN f.schema IS NULL THEN n.nspname = ANY (pg_catalog.current_schemas(true))
            ELSE n.nspname = f.schema END
   AND NOT (n.nspname = 'pg_catalog' AND p.proname = ANY ($3::name[]))
 ORDER BY 1, 2`;

/**
 * Refuses a query that calls a VOLATILE function. A read-only transaction only prevents changes to
 * tables; it does not prevent `pg_terminate_backend`, `pg_read_file`, `lo_export` or `dblink`.
 *
 * It judges by the names in the text. It does not see what a view, an operator, a cast or a STABLE
 * function calls. Throws {@link PgIndexError}.
 *
 * @see https://www.postgresql.org/docs/current/xfunc-volatility.html
 */
export async function requireNoSideEffects(
  session: Session,
  query: ParsedQuery,
  index: IndexOnTable,
): Promise<void> {
  if (query.functions.length === 0) return;
  const found = await session.query<Required<FunctionName>>(VOLATILE, [
    query.functions.map(({ schema }) => schema ?? null),
    query.functions.map(({ name }) => name),
    HARMLESS,
  ]);
  if (found.length > 0) throw new PgIndexError(volatileAdvice(query, index, found));
}
