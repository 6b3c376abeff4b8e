import type { DesiredIndex } from "../../declare/desiredIndex";
import { cloneIndexStatement } from "../../declare/statement";
import { sqlState } from "../../errors/sqlstate";
import { type Explained, scanOf } from "../../explain/explain";
import { costOf } from "../../explain/planNode";
import { type Bench, boundedPlan } from "../../measure/queryRuns";
import type { ParameterValue, ParsedQuery } from "../../measure/servedQueries";
import type { Session } from "../../session/session";
import { ident, qualified } from "../../text/sql";

/** What HypoPG foretells on the server itself. */
export interface HypotheticalPlan {
  readonly planType: string | null;
  readonly usesIndex: boolean;
  readonly cost: number;
}

/** The schema of the extension HypoPG, which few servers have; undefined without it. */
export async function hypopgSchema(session: Session): Promise<string | undefined> {
  const [found] = await session.query<{ schema: string }>(
    `SELECT n.nspname AS schema FROM pg_catalog.pg_extension e
       JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
      WHERE e.extname OPERATOR(pg_catalog.=) 'hypopg'`,
  );
  return found?.schema;
}

/**
 * Plans the query with an index that exists only in our session's memory. Undefined if HypoPG does
 * not know its kind (no GIN, GiST or partitioned table), or the role may not call it.
 *
 * @see https://hypopg.readthedocs.io
 */
export async function hypotheticalPlan(
  bench: Bench,
  query: ParsedQuery,
  values: readonly ParameterValue[],
  { schema, desired }: { readonly schema: string; readonly desired: DesiredIndex },
): Promise<HypotheticalPlan | undefined> {
  const statement = cloneIndexStatement(
    desired,
    qualified(desired.schema, desired.table),
    desired.name,
  );
  const reset = `SELECT ${ident(schema)}.hypopg_reset()`;
  try {
    return await boundedPlan(bench, query, async (session) => {
      const [made] = await session.query<{ name: string }>(
        `SELECT indexname AS name FROM ${ident(schema)}.hypopg_create_index($1::text)`,
        [statement],
      );
      const [row] = await session.query<{ "QUERY PLAN": readonly Explained[] }>(
        `EXPLAIN (VERBOSE, FORMAT JSON) ${query.sql}`,
        values,
      );
      const plan = row?.["QUERY PLAN"][0]?.Plan;
      if (!made || !plan) return undefined;
      const index = { schema: desired.schema, name: made.name, oid: 0 };
      const { planType, usesIndex } = scanOf(plan, { ...bench.index, indexes: [index] });
      return { planType, usesIndex, cost: costOf(plan) };
    });
  } catch (error) {
    if (sqlState(error) === undefined) throw error;
    return undefined;
  } finally {
    // It outlives the transaction.
    await bench.session.query(reset).catch(() => undefined);
  }
}
