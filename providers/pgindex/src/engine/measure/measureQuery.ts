import { CancelledError, PgIndexError } from "../errors/advice";
import type { PlanNode, Run } from "../explain/explain";
import { type PlanTree, toPlanTree } from "../explain/queryPlan";
import { requireNoSideEffects } from "./calledFunctions";
import { type Circumstances, circumstancesOf, whyNoSample } from "./circumstances";
import { genericPlanOf } from "./genericPlan";
import { queryFailed } from "./measureMessages";
import {
  notMeasured,
  type QueryMeasurement,
  summarize,
  summarizeTimeout,
  typicalRun,
} from "./measurement";
import { type Bench, isUsable, planOnly, runOnce, valueSets } from "./queryRuns";
import { type ParameterValue, type ParsedQuery, textHash } from "./servedQueries";

/** One query's measurement, with everything needed to judge it. */
export interface Measured {
  readonly measurement: QueryMeasurement;
  /** The plan of most runs; undefined when nothing ran. */
  readonly plan?: PlanTree;
  /**
   * Whether the planner would use the index with `enable_seqscan` off; null when it already uses it
   * or there is no index.
   */
  readonly usable: boolean | null;
  /** Why the server refused the query. */
  readonly failure?: PgIndexError;
  /** What sets our session apart from the application's. */
  readonly circumstances?: Circumstances;
}

/** A query that the server refused. */
export function refused(query: ParsedQuery, failure: PgIndexError): Measured {
  const measurement = notMeasured(query, "the server refused the query");
  return { measurement, usable: null, failure };
}

/** Measures one query. If the server refuses it, the other queries are still measured. */
export async function measureOrFail(bench: Bench, query: ParsedQuery): Promise<Measured> {
  try {
    await requireNoSideEffects(bench.session, query, bench.index);
    return await measure(bench, query);
  } catch (error) {
    if (bench.ctx.signal.aborted) throw new CancelledError("cancelled", { cause: error });
    const failure = error instanceof PgIndexError ? error : queryFailed(query, bench.index, error);
    // A cancel or a lost connection.
    if (!failure) throw error;
    bench.tally.isExact = false;
    return refused(query, failure);
  }
}

async function measure(bench: Bench, query: ParsedQuery): Promise<Measured> {
  const sets = await valueSets(bench, query);
  const [first] = sets;
  if (!first) {
    const why = await whyNoSample(bench, query);
    return {
      measurement: notMeasured(query, `no rows to sample${why ? `: ${why}` : ""}`),
      usable: null,
    };
  }
  const runs: Run[] = [];
  // The first run warms the caches and does not count, even if it times out.
  for (let i = -1; i < query.runs; i += 1) {
    bench.ctx.status(
      `measuring "${query.name}": ${i < 0 ? "warming up" : `run ${i + 1} of ${query.runs}`}`,
    );
    const values = sets[Math.max(i, 0) % sets.length] ?? first;
    const run = await runOnce(bench, query, values);
    if (i < 0) continue;
    if (run) runs.push(run);
    else return timedOut(bench, query, values, runs.length);
  }
  const measurement = summarize(query, runs);
  const plan = typicalRun(runs)?.plan;
  return {
    ...(await completed(
      bench,
      query,
      measurement,
      runs.map((run) => run.plan),
    )),
    plan: plan && toPlanTree(plan, bench.index),
    usable: await isUsable(bench, query, first, measurement),
  };
}

/** Adds what only an index that exists has to be asked for. */
async function completed(
  bench: Bench,
  query: ParsedQuery,
  measurement: QueryMeasurement,
  plans: readonly PlanNode[],
): Promise<Pick<Measured, "measurement" | "circumstances">> {
  const withText = { ...measurement, textHash: textHash(query) };
  if (bench.index.indexes.length === 0) return { measurement: withText };
  const genericPlan = await genericPlanOf(bench, query, plans);
  return {
    measurement: { ...withText, ...(genericPlan !== undefined && { genericPlan }) },
    circumstances: await circumstancesOf(bench, query, measurement),
  };
}

async function timedOut(
  bench: Bench,
  query: ParsedQuery,
  values: readonly ParameterValue[],
  runs: number,
): Promise<Measured> {
  const planned = await planOnly(bench, query, values);
  const measurement = summarizeTimeout(query, planned, runs);
  return {
    ...(await completed(bench, query, measurement, planned ? [planned.plan] : [])),
    plan: planned && toPlanTree(planned.plan, bench.index),
    usable: await isUsable(bench, query, values, measurement),
  };
}
