import type { Explained } from "../explain/explain";
import { type PlanNode, scanOf } from "../explain/explain";
import { costOf } from "../explain/planNode";
import { nodesOf } from "../explain/planWork";
import type { GenericPlan } from "./measurement";
import { type Bench, boundedPlan } from "./queryRuns";
import type { ParsedQuery } from "./servedQueries";

/**
 * The plan that a prepared statement can get from its sixth execution on, made without its values:
 * a partial index, for one, can serve `recent = $1` only where the value is known. By EXECUTE, which
 * every release has; EXPLAIN (GENERIC_PLAN) came with 16. Undefined if planning exceeded the
 * query's timeout.
 *
 * @see https://www.postgresql.org/docs/current/sql-prepare.html
 */
export async function genericPlanOf(
  bench: Bench,
  query: ParsedQuery,
  custom: readonly PlanNode[],
): Promise<GenericPlan | null | undefined> {
  if (query.parameters === 0) return null;
  const found = await boundedPlan(bench, query, async (session) => {
    const [{ mode } = { mode: "auto" }] = await session.query<{ mode: string }>(
      "SELECT pg_catalog.current_setting('plan_cache_mode') AS mode",
    );
    await session.query(
      "SELECT pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', true)",
    );
    await session.query(`PREPARE pgindex_query AS ${query.sql}`);
    const nulls = Array.from({ length: query.parameters }, () => "NULL").join(", ");
    const [row] = await session.query<{ "QUERY PLAN": readonly Explained[] }>(
      `EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE pgindex_query (${nulls})`,
    );
    return { mode, plan: row?.["QUERY PLAN"][0]?.Plan };
  });
  // A prepared statement outlives its transaction.
  await bench.session.query("DEALLOCATE pgindex_query").catch(() => undefined);
  if (!found?.plan) return undefined;
  const { planType, index, usesIndex } = scanOf(found.plan, bench.index);
  return { planType, index, usesIndex, isChosen: isChosen(found.mode, found.plan, custom) };
}

/** What planning costs more, as the server reckons: 1000 operators a table, and once more. */
const PLANNING_COST = 1000 * 0.0025;

/** As the server does: it keeps the generic plan once that is cheaper than planning anew. */
function isChosen(mode: string, generic: PlanNode, custom: readonly PlanNode[]): boolean {
  if (mode === "force_generic_plan") return true;
  if (mode === "force_custom_plan" || custom.length === 0) return false;
  const costs = custom.map((plan) => {
    const tables = nodesOf(plan).filter((node) => node["Relation Name"] !== undefined).length;
    return costOf(plan) + PLANNING_COST * (tables + 1);
  });
  const average = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
  return costOf(generic) < average;
}
