import type { IndexTree } from "../catalog/indexTree";
import type { DesiredIndex } from "../declare/desiredIndex";
import { CancelledError } from "../errors/advice";
import { type PlanNode, scanOf } from "../explain/explain";
import { costOf } from "../explain/planNode";
import type { ParsedQuery } from "../measure/servedQueries";
import type { Context } from "../operation/context";
import { runBounded } from "../scans/boundedTransaction";
import type { Database } from "../session/database";
import { withObserver } from "../session/workspace";
import { type Predicted, predictPlans, type TwinPlans } from "./predictPlans";
import type { HypotheticalPlan } from "./production/hypotheticalPlan";
import {
  type PlannedIndex,
  type Present,
  type PresentQuery,
  presentPlans,
  type Unknown,
} from "./production/presentPlans";
import { type Named, type Production, readProduction } from "./production/production";
import type { TwinServer } from "./server/twinServer";
import { type Sureness, surenessOf } from "./sureness";
import { CannotLookError, reasonOf, tookTooLong } from "./twinMessages";
import type { Redundant } from "./twinPlans";

/** What is to be foretold: an index is built, or dropped. */
export interface ForetellRequest {
  readonly database: Database;
  readonly index: PlannedIndex;
  /** What is built; undefined if the index is dropped. */
  readonly desired?: DesiredIndex;
  /** An index that the new one takes the place of, under another name. */
  readonly replaces?: Named;
  readonly queries: readonly ParsedQuery[];
  readonly ctx: Context;
  /** Starts the twin's server, or gives the one that runs. */
  readonly server: () => Promise<TwinServer>;
}

/** How a plan reads the index's table, and what the planner expects of it. */
export interface PlanSummary {
  readonly planType: string | null;
  readonly index: string | null;
  readonly usesIndex: boolean;
  readonly cost: number;
  readonly rows: number;
}

/** What is foretold of a query. */
export type ForetoldQuery = ForetoldPlan | Unknown;

export interface ForetoldPlan {
  readonly name: string;
  readonly present: PlanSummary;
  readonly foretold: PlanSummary;
  /** Without the indexes that the new one makes redundant. */
  readonly withoutRedundant?: PlanSummary;
  /** Of how many sets of values the plan is the one above, and how many there were. */
  readonly alike: readonly [alike: number, of: number];
  /** What HypoPG foretells, where the server has it. */
  readonly hypothetical?: HypotheticalPlan;
  readonly unknown?: undefined;
}

export interface Foretold {
  readonly queries: readonly ForetoldQuery[];
  /** Of the index, all partitions together. */
  readonly bytes: number;
  /** Indexes that the new one makes redundant. */
  readonly redundant: readonly Redundant[];
  readonly sureness: Sureness;
}

/** Nobody waits longer for a preview's extra. */
const WITHIN_MS = 30_000;
const READ_MS = 5_000;

/**
 * Foretells how the queries that an index serves will be planned once it is built, without building
 * it: an empty copy of the tables on a PostgreSQL of ours has the server's statistics and the index.
 * On the server it only reads the catalog and asks for plans. Throws {@link CannotLookError}.
 */
export async function foretell(request: ForetellRequest): Promise<Foretold> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const give = () => reject(new CannotLookError(tookTooLong(WITHIN_MS)));
    timer = setTimeout(give, WITHIN_MS);
  });
  try {
    return await Promise.race([foretellNow(request), late]);
  } catch (error) {
    if (error instanceof CannotLookError || error instanceof CancelledError) throw error;
    throw new CannotLookError(reasonOf(error), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function foretellNow(request: ForetellRequest): Promise<Foretold> {
  const { database, index, desired, replaces } = request;
  const twin = await request.server();
  const present = await presentPlans(request);
  const production = await snapshotOf(database, present);
  const gone = desired ? replaces : index;
  const predicted = await predictPlans(twin, {
    production,
    desired,
    dropped: gone ? [gone] : [],
    queries: present.queries.flatMap(({ plans = [] }) => plans),
  });
  const trees = { before: present.tree, after: withIndex(present.tree, predicted) };
  let done = 0;
  const queries = present.queries.map((query): ForetoldQuery => {
    const theirs = predicted.queries.slice(done, done + (query.plans?.length ?? 0));
    done += theirs.length;
    return foretoldOf(query, theirs, trees);
  });
  const bytes = predicted.size.reduce((sum, { pages }) => sum + pages * 8192, 0);
  const sureness = surenessOf({ production, present, predicted, twin });
  return { queries, bytes, redundant: predicted.redundant, sureness };
}

function snapshotOf(database: Database, present: Present): Promise<Production> {
  const options = { purpose: "preview plans", writable: false };
  return withObserver(database, options, async (observer) => {
    const bounds = { timeoutMs: READ_MS, indexOids: [], isCounted: false };
    const read = await runBounded(observer, bounds, () =>
      readProduction(observer, present.relations, present.functions),
    );
    if (read.kind === "timedOut") throw new CannotLookError(tookTooLong(READ_MS));
    return read.value;
  });
}

/** The index and its partitions', as the twin has them. */
function withIndex(tree: IndexTree, { size }: Predicted): IndexTree {
  const indexes = size.map(({ index: { schema, name, oid } }) => ({ schema, name, oid }));
  return { ...tree, indexes };
}

interface Trees {
  readonly before: IndexTree;
  readonly after: IndexTree;
}

function foretoldOf(
  query: PresentQuery,
  theirs: Predicted["queries"],
  { before, after }: Trees,
): ForetoldQuery {
  if (query.unknown !== undefined) return query;
  const { name, hypothetical } = query;
  const failed = theirs.find(({ failure }) => failure !== undefined);
  if (failed) return { name, unknown: `the copy cannot plan it: ${failed.failure}` };
  const planned = theirs.filter((each): each is TwinPlans => each.failure === undefined);
  const [first] = planned as [TwinPlans, ...TwinPlans[]];
  const foretold = summaryOf(first.after, after);
  const alike = planned.filter((each) => {
    const { planType, index } = summaryOf(each.after, after);
    return planType === foretold.planType && index === foretold.index;
  });
  return {
    name,
    present: summaryOf(query.plans[0].plan, before),
    foretold,
    ...(first.bare && { withoutRedundant: summaryOf(first.bare, after) }),
    alike: [alike.length, planned.length],
    ...(hypothetical && { hypothetical }),
  };
}

function summaryOf(plan: PlanNode, tree: IndexTree): PlanSummary {
  const { planType, index, usesIndex } = scanOf(plan, tree);
  return {
    planType,
    index,
    usesIndex,
    cost: costOf(plan),
    rows: plan["Plan Rows"] ?? 0,
  };
}
