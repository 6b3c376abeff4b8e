import { type IndexOnTable, readIndexTree } from "../catalog/indexTree";
import { CancelledError, PgIndexError } from "../errors/advice";
import { assertMayGoOn, type Context } from "../operation/context";
import type { SessionTarget } from "../session/database";
import { openSession, type Session } from "../session/session";
import { withObserver } from "../session/workspace";
import type { Run } from "./explain";
import { queryFailed } from "./measureMessages";
import {
  notMeasured,
  type QueryMeasurement,
  summarize,
  summarizeTimeout,
  typicalRun,
} from "./measurement";
import { type PlanTree, type QueryPlan, toPlanTree } from "./queryPlan";
import { type Bench, isUsable, planOnly, runOnce, valueSets } from "./queryRuns";
import { stopCounting } from "./scanCounting";
import type { ParameterValue, ParsedQuery } from "./servedQueries";
import { requireNoSideEffects } from "./volatileFunctions";

export type { QueryMeasurement } from "./measurement";

/** What is to be measured, and where. */
export interface MeasuringRequest {
  readonly target: SessionTarget;
  readonly index: IndexOnTable;
  readonly queries: readonly ParsedQuery[];
  /** Schemas in which the queries' unqualified names are looked up. */
  readonly searchPath: readonly string[];
  readonly ctx: Context;
}

/** One query's measurement, and what it takes to judge it. */
export interface Measured {
  readonly measurement: QueryMeasurement;
  /** That of most runs; undefined when nothing was run. */
  readonly plan?: PlanTree;
  /**
   * Whether the planner would use the index if it could not scan the table; null when it uses it,
   * or there is none.
   */
  readonly usable: boolean | null;
  /** Why the server refused the query. */
  readonly failure?: PgIndexError;
}

/** Measurements of an index's queries, with what they did to the index's own counters. */
export interface MeasuredAll {
  readonly queries: readonly Measured[];
  /** Scans of the index that the measuring itself caused. */
  readonly ownScans: number;
  /** False: there may have been more, by parallel workers of a run that did not end. */
  readonly isExact: boolean;
  /** False: the server counted none of them, since the role may switch the counting off. */
  readonly isCounted: boolean;
}

/** Measurements that the server has not counted. */
export function uncounted(queries: readonly Measured[]): MeasuredAll {
  return { queries, ownScans: 0, isExact: true, isCounted: false };
}

/**
 * Runs each query and reads its plan, time and buffers with EXPLAIN ANALYZE, in read-only
 * transactions of a session of its own. Works without the index too. Throws {@link PgIndexError}
 * naming the query that the server refuses.
 */
export async function measureQueries(asked: MeasuringRequest): Promise<readonly Measured[]> {
  const measured = await measureAll(asked);
  for (const { failure } of measured.queries) if (failure) throw failure;
  return measured.queries;
}

/** The plans of those queries that have one. */
export function plansOf(measured: readonly Measured[]): QueryPlan[] {
  return measured.flatMap(({ measurement: { name }, plan }) => (plan ? [{ name, ...plan }] : []));
}

/** As {@link measureQueries}, for a reader who wants to go on when the server refuses a query. */
export async function measureAll({
  target,
  index,
  queries,
  searchPath,
  ctx,
}: MeasuringRequest): Promise<MeasuredAll> {
  if (queries.length === 0) return uncounted([]);
  assertMayGoOn(ctx);
  const options = { purpose: `measure ${index.name}`, searchPath, writable: false };
  const session = await openSession(target, options);
  const stopListening = cancelWhenAborted(target, session, ctx);
  try {
    const isCounted = !(await stopCounting(session));
    const tree = await readIndexTree(session, index);
    const bench: Bench = { session, index: tree, ctx, tally: { scans: 0, isExact: true } };
    const measured: Measured[] = [];
    for (const query of queries) measured.push(await measureOrFail(bench, query));
    const { scans, isExact } = bench.tally;
    return isCounted
      ? { queries: measured, ownScans: scans, isExact, isCounted }
      : uncounted(measured);
  } finally {
    stopListening();
    await session.close();
  }
}

/** A query that the server refuses does not keep the others from being measured. */
async function measureOrFail(bench: Bench, query: ParsedQuery): Promise<Measured> {
  try {
    await requireNoSideEffects(bench.session, query, bench.index);
    return await measure(bench, query);
  } catch (error) {
    if (bench.ctx.signal.aborted) throw new CancelledError("cancelled", { cause: error });
    const failure = error instanceof PgIndexError ? error : queryFailed(query, bench.index, error);
    // A cancel, or a lost connection.
    if (!failure) throw error;
    bench.tally.isExact = false;
    return {
      measurement: notMeasured(query, "the server refused the query"),
      usable: null,
      failure,
    };
  }
}

async function measure(bench: Bench, query: ParsedQuery): Promise<Measured> {
  const sets = await valueSets(bench, query);
  const [first] = sets;
  if (!first) return { measurement: notMeasured(query, "no rows to sample"), usable: null };
  const runs: Run[] = [];
  // The first run warms the caches and does not count, even when it takes too long.
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
    measurement,
    plan: plan && toPlanTree(plan, bench.index),
    usable: await isUsable(bench, query, first, measurement),
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
    measurement,
    plan: planned && toPlanTree(planned.plan, bench.index),
    usable: await isUsable(bench, query, values, measurement),
  };
}

/**
 * A run that nobody waits for any more must not go on until its timeout: its snapshot holds back
 * VACUUM and other builds.
 */
function cancelWhenAborted(target: SessionTarget, session: Session, ctx: Context): () => void {
  const cancel = () => {
    withObserver(target, { purpose: "cancel a measurement", writable: false }, (observer) =>
      observer.queryAsLogin("SELECT pg_cancel_backend($1)", [session.pid]),
    ).catch(() => session.destroy());
  };
  ctx.signal.addEventListener("abort", cancel, { once: true });
  return () => ctx.signal.removeEventListener("abort", cancel);
}
