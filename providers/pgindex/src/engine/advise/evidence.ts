import type { IndexTree } from "../catalog/indexTree";
import { scanOf } from "../explain/explain";
import { costOf, type PlanNode } from "../explain/planNode";
import type { Production } from "../twin/production/production";
import type { Evidence, PlanStep } from "./advised";
import { withChildren } from "./candidates/figures";
import type { Built } from "./candidateTwin";
import { usedIn, type Weighed } from "./choice/weigh";
import type { Statement } from "./statements";

/** A statement with its plans. */
export interface Planned {
  readonly statement: Statement;
  readonly weighed: Weighed;
}

interface Given {
  readonly planned: readonly Planned[];
  readonly chosen: readonly Built[];
  /** What each candidate will be called. */
  readonly names: ReadonlyMap<Built, string>;
  readonly production: Production;
}

/** The statements whose plans use the index, with those that they have today. */
export async function evidenceOf(built: Built, given: Given): Promise<Planned[]> {
  const { planned, chosen } = given;
  const found: Planned[] = [];
  for (const each of planned) {
    const plan = await each.weighed.plan(chosen);
    if (usedIn(plan, [built]).length > 0) found.push(each);
  }
  return found;
}

export async function toEvidence(
  built: Built,
  { statement, weighed }: Planned,
  { planned, chosen, names, production }: Given,
): Promise<Evidence> {
  const { name, origin, text: sql, calls, meanMs = null } = statement;
  const total = planned.reduce(
    (sum, each) => sum + each.statement.calls * (each.statement.meanMs ?? 0),
    0,
  );
  const tree = treeOf(built, names.get(built) ?? "", production);
  return {
    ...{ name, origin, sql, calls, meanMs },
    timeShare: meanMs === null || total === 0 ? null : (calls * meanMs) / total,
    before: stepOf(await weighed.plan([]), tree),
    after: stepOf(await weighed.plan(chosen), tree),
  };
}

function stepOf(plan: PlanNode, tree: IndexTree): PlanStep {
  // What changes a table is no scan of it.
  const reading = plan["Node Type"] === "ModifyTable" ? (plan.Plans?.[0] ?? plan) : plan;
  const { planType, index } = scanOf(reading, tree);
  return { planType, index, cost: costOf(plan) };
}

function treeOf(built: Built, name: string, production: Production): IndexTree {
  const { relation } = built.candidate;
  const { schema, name: table } = relation;
  return {
    ...{ schema, table, name },
    tables: withChildren(relation, production.relations).map(({ pages, ...each }) => ({
      ...{ schema: each.schema, name: each.name, pages: Math.max(1, pages ?? 1) },
    })),
    indexes: built.names.map((each) => ({ schema, name: each, oid: 0 })),
  };
}
