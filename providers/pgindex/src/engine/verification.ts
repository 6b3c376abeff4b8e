import { observe } from "./catalog";
import type { Context } from "./context";
import { unsavedMeasurements } from "./counting";
import { serverTime } from "./execute";
import { judge, type VerifiedQuery } from "./expectations";
import type { IndexOnTable } from "./explain";
import { type Measured, type MeasuredAll, measureAll, uncounted } from "./measure";
import type { Observation } from "./model";
import type { PgIndexError } from "./problems";
import type { ParsedQuery } from "./queries";
import { notMeasured, type QueryMeasurement } from "./summary";
import type { Target } from "./target";
import {
  type AccountedUsage,
  account,
  type Counted,
  NO_USAGE,
  readUsage,
  settledUsage,
} from "./usage";
import { withObserver } from "./workspace";

/** What to verify. */
export interface VerificationRequest extends IndexOnTable {
  readonly queries: readonly ParsedQuery[];
  /** What the queries took before the build. */
  readonly before: readonly QueryMeasurement[];
  readonly searchPath: readonly string[];
}

/** What a `Verification` found. Plain JSON, no value of a row. */
export interface VerificationReport {
  readonly schemaVersion: number;
  /** `schema.name` */
  readonly index: string;
  readonly queries: readonly VerifiedQuery[];
  readonly usage: AccountedUsage;
  /** The index exists, on its table, valid, ready and live. */
  readonly valid: boolean;
  /** By the server's clock, ISO 8601. */
  readonly verifiedAt: string;
  /** The index is valid, and every expectation of every query is met. */
  readonly ok: boolean;
  /** What is wrong with the index itself. */
  readonly problems: readonly string[];
}

/** A report with what it takes to decide whether a query is wrong or only slow. */
export interface Verified {
  readonly report: VerificationReport;
  /** Queries that the server refused. */
  readonly failures: readonly PgIndexError[];
}

/** The layout of the report. A newer release reads every older one. */
const SCHEMA_VERSION = 1;

/** What was reported last time of the same index. */
export type EarlierReport = Pick<VerificationReport, "usage" | "verifiedAt">;

/** Looks at the index, measures its queries, reads its counters, and judges. */
export async function verifyIndex(
  target: Target,
  request: VerificationRequest,
  ctx: Context,
  previous?: EarlierReport,
): Promise<Verified> {
  const options = { purpose: `verify ${request.name}`, writable: false };
  return withObserver(target, options, async (observer) => {
    const problems = indexProblems(request, await observe(observer, request));
    const baseline = await readUsage(observer, request);
    const measured = baseline
      ? await measureAll(target, request, request.queries, ctx, request.searchPath)
      : uncounted(request.queries.map(notThere));
    const after = await settledUsage(
      observer,
      request,
      (baseline?.scans ?? 0) + measured.ownScans,
      ctx,
    );
    const verifiedAt = await serverTime({ observer });
    const usage = after
      ? accountFor(measured, { scansBefore: baseline?.scans ?? 0, after }, verifiedAt, previous)
      : NO_USAGE;
    const queries = request.queries.map((query, i) => {
      const earlier = request.before.find(({ name }) => name === query.name);
      return judge(query, measured.queries[i] ?? notThere(query), earlier, request);
    });
    const report: VerificationReport = {
      schemaVersion: SCHEMA_VERSION,
      index: `${request.schema}.${request.name}`,
      queries,
      usage,
      valid: problems.length === 0,
      verifiedAt,
      ok: problems.length === 0 && queries.every(({ ok }) => ok),
      problems,
    };
    return { report, failures: measured.queries.flatMap(({ failure }) => failure ?? []) };
  });
}

function indexProblems(wanted: IndexOnTable, observed: Observation): string[] {
  const label = `${wanted.schema}.${wanted.name}`;
  const fix = "run pulumi refresh and pulumi up";
  if (observed.kind !== "index") return [`there is no index ${label}; ${fix}`];
  const { index } = observed;
  return [
    index.table === wanted.table ? "" : `${label} is on table ${index.table}; ${fix}`,
    index.valid && index.ready && index.live
      ? ""
      : `${label} is INVALID: no query uses it, every write pays for it; ${fix}`,
  ].filter(Boolean);
}

function notThere(query: ParsedQuery): Measured {
  return { measurement: notMeasured(query, "the index is not there"), usable: null };
}

function accountFor(
  { ownScans, isExact, isCounted }: MeasuredAll,
  { scansBefore, after }: Pick<Counted, "scansBefore" | "after">,
  verifiedAt: string,
  previous: EarlierReport | undefined,
): AccountedUsage {
  const own = isExact ? ownScans : Math.max(ownScans, after.scans - scansBefore);
  const elapsed = previous ? Date.parse(verifiedAt) - Date.parse(previous.verifiedAt) : 0;
  const unsavedScans = isCounted ? own * unsavedMeasurements(elapsed) : 0;
  return account({ scansBefore, ownScans: own, unsavedScans, after }, previous?.usage);
}
