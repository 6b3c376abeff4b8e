import type { IndexOnTable } from "../catalog/indexTree";
import { PgIndexError } from "../errors/advice";
import type { QueryPlan } from "../explain/queryPlan";
import { assertMayGoOn, type Context } from "../operation/context";
import { inTurnToMeasure } from "../operation/turns";
import type { Database, SessionTarget } from "../session/database";
import { openSession, type Session } from "../session/session";
import { withObserver } from "../session/workspace";
import { byRole, prepareBench } from "./bench";
import { type Measured, measureOrFail, refused } from "./measureQuery";
import type { Tally } from "./queryRuns";
import type { ParsedQuery } from "./servedQueries";

export type { QueryMeasurement } from "./measurement";
export type { Measured } from "./measureQuery";

/** The queries to measure, and the database to measure them on. */
export interface MeasuringRequest {
  readonly database: Database;
  readonly index: IndexOnTable;
  readonly queries: readonly ParsedQuery[];
  /** Schemas in which the queries' unqualified names are looked up. */
  readonly searchPath: readonly string[];
  readonly ctx: Context;
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
  /** False if the ledger lacks scans that the server counted, so that others take them for traffic. */
  readonly isCharged: boolean;
}

/** Measurements that the server did not count. */
export function uncounted(queries: readonly Measured[]): MeasuredAll {
  return { queries, ownScans: 0, isExact: true, isCounted: false, isCharged: true };
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

async function measureNow(asked: MeasuringRequest): Promise<MeasuredAll> {
  const { queries, database } = asked;
  const tally: Tally = { scans: 0, isExact: true, isCharged: true };
  const measured = new Map<ParsedQuery, Measured>();
  let isCounted = false;
  for (const [role, theirs] of byRole(database, queries)) {
    const found = await measureAs(asked, role, theirs, tally);
    isCounted ||= found.isCounted;
    // One for each of theirs, in their order.
    for (const [i, each] of found.measured.entries()) measured.set(theirs[i] as ParsedQuery, each);
  }
  const inOrder = queries.map((query) => measured.get(query) as Measured);
  const { scans: ownScans, isExact, isCharged } = tally;
  return isCounted
    ? { queries: inOrder, ownScans, isExact, isCounted, isCharged }
    : uncounted(inOrder);
}

interface MeasuredAs {
  readonly measured: readonly Measured[];
  readonly isCounted: boolean;
}

/** Measures the queries of one role, in a session of its own. */
async function measureAs(
  { database, index, searchPath, ctx }: MeasuringRequest,
  role: string | undefined,
  queries: readonly ParsedQuery[],
  tally: Tally,
): Promise<MeasuredAs> {
  const options = { purpose: `measure ${index.name}`, searchPath, writable: false };
  const session = await openSession(database, options);
  const stopListening = cancelWhenAborted(database, session, ctx);
  try {
    const bench = await prepareBench(session, index, role, { ctx, tally });
    const measured: Measured[] = [];
    for (const query of queries) measured.push(await measureOrFail(bench, query));
    return { measured, isCounted: bench.isCounted };
  } catch (error) {
    if (!(error instanceof PgIndexError)) throw error;
    const failed = (query: ParsedQuery) => refused(query, error);
    return { measured: queries.map(failed), isCounted: false };
  } finally {
    stopListening();
    await session.close();
  }
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
