import { observe } from "../catalog/indexes";
import type { IndexOnTable } from "../catalog/indexTree";
import type { LiveIndex, Observation } from "../catalog/liveIndex";
import { renderDifferences } from "../compare/differences";
import { differencesSince, type RecordedForm } from "../compare/recordedForm";
import type { PgIndexError } from "../errors/advice";
import type { QueryPlan } from "../explain/queryPlan";
import { type Measured, measureAll, plansOf, uncounted } from "../measure/measure";
import { notMeasured, type QueryMeasurement } from "../measure/measurement";
import type { ParsedQuery } from "../measure/servedQueries";
import { type Context, waitingOf } from "../operation/context";
import { inTurnToVerify } from "../operation/turns";
import type { Database } from "../session/database";
import { serverTime, withObserver } from "../session/workspace";
import { withSlots } from "../slots/slotReservation";
import { judge, type VerifiedQuery } from "./expectations";
import { type FoundIndex, foundIndex } from "./foundIndex";
import { accountFor, usageAfter } from "./measuredUsage";
import { readReplicaUsages } from "./replicaUsage";
import type { Accounted } from "./traffic";
import { type AccountedUsage, NO_USAGE, readUsage } from "./usage";
import { extend, type History, judgeUse, restartReason } from "./usageHistory";

/** What to verify. */
export interface VerificationRequest extends IndexOnTable {
  readonly queries: readonly ParsedQuery[];
  /** The queries' measurements from before the build. */
  readonly before: readonly QueryMeasurement[];
  readonly searchPath: readonly string[];
  /** The canonical form that the index's resource recorded. Missing in inputs of older releases. */
  readonly canonical?: RecordedForm;
  /** This stack built the index, so all of its scans are since then. */
  readonly isBuilt?: boolean;
}

/** The findings of a `Verification`. Plain JSON without any value of a row. */
export interface VerificationReport {
  readonly schemaVersion: number;
  /** `schema.name` */
  readonly index: string;
  readonly queries: readonly VerifiedQuery[];
  /** The plan of each query that ran. Missing in reports from older releases. */
  readonly plans?: readonly QueryPlan[];
  readonly usage: AccountedUsage;
  /** The index that was measured; null if it does not exist. Missing in older releases' reports. */
  readonly found?: FoundIndex | null;
  /** The application's role, as the Connection names it: who measures again asks for it too. */
  readonly applicationRole?: string;
  /** Findings over time. */
  readonly history: History;
  /** True if the index exists on its table and is valid, ready and live. */
  readonly valid: boolean;
  /** By the server's clock, ISO 8601. */
  readonly verifiedAt: string;
  /** True if the index is valid and every expectation of every query is met. */
  readonly ok: boolean;
  /** Problems with the index itself. */
  readonly problems: readonly string[];
}

/** A report, with the errors that distinguish a wrong query from a slow one. */
export interface Verified {
  readonly report: VerificationReport;
  /** One error for each query that the server refused. */
  readonly failures: readonly PgIndexError[];
}

/** Version of the report's layout. Newer releases read every older version. */
const SCHEMA_VERSION = 1;

/** The last report on the same index. */
export type EarlierReport = Pick<VerificationReport, "usage" | "verifiedAt"> & {
  /** Missing in reports from older releases. */
  readonly history?: History;
  readonly found?: FoundIndex | null;
};

/** Checks the index, measures its queries, reads its counters, and judges the results. */
export async function verifyIndex(
  database: Database,
  request: VerificationRequest,
  ctx: Context,
  previous?: EarlierReport,
): Promise<Verified> {
  // One session looks, the other one measures.
  const slots = { sessions: 2, ...waitingOf(ctx) };
  return inTurnToVerify(database, ctx, () =>
    withSlots(database, slots, () => verifyNow(database, request, ctx, previous)),
  );
}

async function verifyNow(
  database: Database,
  request: VerificationRequest,
  ctx: Context,
  previous: EarlierReport | undefined,
): Promise<Verified> {
  const options = { purpose: `verify ${request.name}`, writable: false };
  return withObserver(database, options, async (observer) => {
    const observed = await observe(observer, request);
    const baseline = await readUsage(observer, request);
    const measured = baseline
      ? await measureAll({ ...request, database, index: request, ctx })
      : uncounted([]);
    const scansBefore = baseline?.scans ?? 0;
    const after = await usageAfter(observer, request, { baseline, measured }, ctx);
    const verifiedAt = await serverTime(observer);
    const isOne = isSameIndex(observed, await observe(observer, request));
    const problems = [...indexProblems(request, observed), ...(isOne ? [] : [REPLACED])];
    const queries = request.queries.map((query, i) => {
      const earlier = request.before.find(({ name }) => name === query.name);
      return judge(query, measured.queries[i] ?? notThere(query), earlier, request);
    });
    const counted = after && accountFor(measured, { scansBefore, after }, verifiedAt, previous);
    const round = { database, request, ctx, previous, at: verifiedAt };
    const watched = counted && (await accountOverTime(round, counted, queries));
    const report: VerificationReport = {
      schemaVersion: SCHEMA_VERSION,
      index: `${request.schema}.${request.name}`,
      queries,
      plans: plansOf(measured.queries),
      usage: watched?.usage ?? NO_USAGE,
      found: isOne ? await foundIndex(observer, request, observed, { watched, previous }) : null,
      ...(database.applicationRole && { applicationRole: database.applicationRole }),
      history: watched?.history ?? previous?.history ?? { queries: [], samples: [] },
      valid: problems.length === 0,
      verifiedAt,
      ok: problems.length === 0 && queries.every(({ ok }) => ok),
      problems,
    };
    return { report, failures: measured.queries.flatMap(({ failure }) => failure ?? []) };
  });
}

function indexProblems(wanted: VerificationRequest, observed: Observation): string[] {
  const label = `${wanted.schema}.${wanted.name}`;
  const fix = "run pulumi refresh and pulumi up";
  if (observed.kind !== "index") return [`index ${label} does not exist; ${fix}`];
  const { index } = observed;
  return [
    index.table === wanted.table ? "" : `${label} is on table ${index.table}; ${fix}`,
    index.valid && index.ready && index.live
      ? ""
      : `${label} is INVALID: no query uses it, but every write maintains it; ${fix}`,
    redefined(wanted, index),
  ].filter(Boolean);
}

const REPLACED = "the index became another one while it was measured; run pulumi refresh";

/** Queries and scans are of one index only if it is there from the first to the last. */
function isSameIndex(before: Observation, after: Observation): boolean {
  const oidOf = (of: Observation) => (of.kind === "index" ? of.index.oid : null);
  return oidOf(before) === oidOf(after);
}

/** An index that was dropped and created by hand can be another under the same name. */
function redefined({ schema, name, canonical }: VerificationRequest, live: LiveIndex): string {
  const differences = canonical ? differencesSince(canonical, live.canonical) : [];
  if (differences.length === 0) return "";
  return `${schema}.${name} was redefined outside: ${renderDifferences(differences)}; run pulumi up`;
}

function notThere(query: ParsedQuery): Measured {
  return { measurement: notMeasured(query, "the index does not exist"), usable: null };
}

/** One verification of an index. */
interface VerificationRound {
  readonly database: Database;
  readonly request: VerificationRequest;
  readonly ctx: Context;
  readonly previous: EarlierReport | undefined;
  /** By the server's clock, ISO 8601. */
  readonly at: string;
}

/** Adds the replicas' counters and the conclusions over time. */
async function accountOverTime(
  { database, request, ctx, previous, at }: VerificationRound,
  counted: Accounted,
  measured: readonly VerifiedQuery[],
): Promise<Pick<VerificationReport, "usage" | "history">> {
  const replicas = await readReplicaUsages(database, request, ctx, previous?.usage.replicas ?? []);
  const elsewhere = replicas.reduce((sum, { scans }) => sum + (scans ?? 0), 0);
  const usage = {
    ...counted,
    replicas,
    trafficScans: counted.trafficScans + elsewhere,
    isExact: counted.isExact && replicas.every(({ scans }) => scans !== null),
  };
  const restarted = restartReason(previous?.usage, usage);
  const history = extend(previous?.history, { at, usage, measured, restarted });
  return { history, usage: { ...usage, ...judgeUse(history, usage) } };
}
