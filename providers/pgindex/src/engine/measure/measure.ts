import { type IndexOnTable, readIndexTree } from "../catalog/indexTree";
import { CancelledError, PgIndexError } from "../errors/advice";
import { assertMayGoOn, type Context } from "../operation/context";
import { inTurnToMeasure } from "../operation/turns";
import type { Database, SessionTarget } from "../session/database";
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

/** The queries to measure, and the database to measure them on. */
export interface MeasuringRequest {
  readonly database: Database;
  readonly index: IndexOnTable;
  readonly queries: readonly ParsedQuery[];
  /** Schemas in which the queries' unqualified names are looked up. */
  readonly searchPath: readonly string[];
  readonly ctx: Context;
}

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
}

/** Measurements of an index's queries, and their effect on the index's own counters. */
export interface MeasuredAll {
  readonly queries: readonly Measured[];
  /** Scans of the index that the measuring itself caused. */
  readonly ownScans: number;
  /** False when parallel workers of an unfinished run may have caused more scans. */
  readonly isExact: boolean;
  /** False when the server counted none of them, because counting was off for the session. */
  readonly isCounted: boolean;
}

/** Measurements that the server did not count. */
export function uncounted(queries: readonly Measured[]): MeasuredAll {
  return { queries, ownScans: 0, isExact: true, isCounted: false };
}

/**
 * Runs each query with EXPLAIN ANALYZE to read its plan, time and buffers, in read-only
 * transactions of a separate session. Also works when the index does not exist. Throws {@link
 * PgIndexError} that names the query the server refuses.
 *
 * @see https://www.postgresql.org/docs/current/sql-explain.html
 */
export async function measureQueries(asked: MeasuringRequest): Promise<readonly Measured[]> {
  const measured = await measureAll(asked);
  for (const { failure } of measured.queries) if (failure) throw failure;
  return measured.queries;
}

/** The plans of the queries that have one. */
export function plansOf(measured: readonly Measured[]): QueryPlan[] {
  return measured.flatMap(({ measurement: { name }, plan }) => (plan ? [{ name, ...plan }] : []));
}

/** Like {@link measureQueries}, but continues when the server refuses a query. */
export async function measureAll(asked: MeasuringRequest): Promise<MeasuredAll> {
  if (asked.queries.length === 0) return uncounted([]);
  assertMayGoOn(asked.ctx);
  return inTurnToMeasure(asked.database, asked.ctx, () => measureNow(asked));
}

async function measureNow({
  database,
  index,
  queries,
  searchPath,
  ctx,
}: MeasuringRequest): Promise<MeasuredAll> {
  const options = { purpose: `measure ${index.name}`, searchPath, writable: false };
  const session = await openSession(database, options);
  const stopListening = cancelWhenAborted(database, session, ctx);
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

/** Measures one query. If the server refuses it, the other queries are still measured. */
async function measureOrFail(bench: Bench, query: ParsedQuery): Promise<Measured> {
  try {
    await requireNoSideEffects(bench.session, query, bench.index);
    return await measure(bench, query);
  } catch (error) {
    if (bench.ctx.signal.aborted) throw new CancelledError("cancelled", { cause: error });
    const failure = error instanceof PgIndexError ? error : queryFailed(query, bench.index, error);
    // A cancel or a lost connection.
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
 * Cancels a run that nobody waits for any longer instead of letting it time out: its snapshot holds
 * back VACUUM and other builds.
 */
function cancelWhenAborted(database: SessionTarget, session: Session, ctx: Context): () => void {
  const cancel = () => {
    const options = { purpose: "cancel a measurement", writable: false, isUrgent: true };
    withObserver(database, options, (observer) =>
      observer.queryAsLogin("SELECT pg_cancel_backend($1)", [session.pid]),
    ).catch(() => session.destroy());
  };
  ctx.signal.addEventListener("abort", cancel, { once: true });
  return () => ctx.signal.removeEventListener("abort", cancel);
}
