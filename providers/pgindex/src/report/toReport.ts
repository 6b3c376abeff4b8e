import type { PlanTree, QueryPlan } from "../engine/explain/queryPlan";
import type { WrittenDuration } from "../engine/input/duration";
import type { IndexOutputs } from "../engine/record/outputs";
import { displayName } from "../engine/text/render";
import type { VerifiedQuery } from "../engine/verify/expectations";
import type { VerificationReport } from "../engine/verify/verification";
import { toPhases } from "../engine/watch/phases";
import type { IndexStatus, StackStatus } from "../status/indexStatus";
import { buildSummary } from "../status/runningBuilds";
import type { RecordedVerification, StackState } from "../status/stackState";
import type { ExtraMeasurements } from "./extraMeasurements";
import { toChecklist } from "./judge/checklist";
import { staleReason } from "./judge/stale";
import { toVerdict } from "./judge/verdict";
import { toUse } from "./reportedUse";
import type { Report, ReportedIndex, ReportedQuery, ReportedStack } from "./reportModel";

/** The layout of the JSON. Newer releases only add to it. */
const SCHEMA_VERSION = 1;

/** Input to a report. */
export interface ReportInput {
  readonly state: StackState;
  readonly earlier?: StackState;
  /** The main stack's indexes as they are in the database now. */
  readonly status?: StackStatus;
  /** Why the database could not be queried. */
  readonly problem?: string;
  readonly extra?: ExtraMeasurements;
  readonly soak: WrittenDuration;
  /** Why no backup was taken, which is then not asked for. */
  readonly withoutBackup?: string | undefined;
  /** By this machine's clock. */
  readonly now: Date;
}

/** Puts a report together. Pure. */
export function toReport(input: ReportInput): Report {
  const { state, earlier: first, status, extra = null, problem = null, soak, now } = input;
  const { withoutBackup } = input;
  const generatedAt = now.toISOString();
  const stack = toStack(state, status, generatedAt);
  const earlier = first ? toStack(first, undefined, generatedAt) : null;
  const judged = { stack, earlier, extra, soak, withoutBackup, now };
  const checklist = toChecklist(judged);
  return {
    schemaVersion: SCHEMA_VERSION,
    generatedAt,
    stack,
    earlier,
    verdict: toVerdict(judged, { checklist, problem }),
    checklist,
    builds: status?.builds.map(buildSummary) ?? [],
    problem,
    extra,
  };
}

function toStack(
  state: StackState,
  status: StackStatus | undefined,
  generatedAt: string,
): ReportedStack {
  const live = new Map(status?.indexes.map((each) => [each.urn, each]));
  const proofs = Map.groupBy(
    state.verifications.map((each) => each.outputs),
    ({ index }) => index,
  );
  return {
    name: state.stack,
    lookedAt: status ? generatedAt : null,
    indexes: state.indexes.map(({ urn, outputs }) =>
      toIndex(outputs, proofs.get(displayName(outputs)) ?? [], live.get(urn), generatedAt),
    ),
    backups: state.backups.map(({ outputs }) => outputs),
    gates: state.gates.map(({ outputs }) => outputs),
    baselines: state.baselines.map(({ outputs }) => outputs),
  };
}

function toIndex(
  outputs: IndexOutputs,
  proofs: readonly RecordedVerification[],
  live: IndexStatus | undefined,
  generatedAt: string,
): ReportedIndex {
  const { table, definition, builtAt, buildSeconds, validSince } = outputs;
  const measuredAt =
    proofs
      .map((proof) => proof.measuredAt ?? proof.verifiedAt)
      .sort()
      .at(-1) ?? null;
  const index = displayName(outputs);
  const judged = { index, state: live?.state ?? recordedState(outputs), validSince, measuredAt };
  return {
    ...judged,
    table: `${outputs.schema}.${table}`,
    definition,
    drift: live ? live.drift : outputs.drift,
    sizeBytes: live ? live.sizeBytes : outputs.sizeBytes,
    builtAt,
    buildSeconds,
    phases: toPhases(outputs.phaseSeconds),
    stale: staleReason(judged),
    queries: proofs.flatMap((proof) => toQueries(proof, outputs)),
    use: toUse(outputs, proofs, live, generatedAt),
    problems: proofs.flatMap(({ problems = [] }) => problems),
  };
}

function toQueries(
  { queries, plans }: VerificationReport,
  { plansBefore }: IndexOutputs,
): ReportedQuery[] {
  return queries.map((query) => ({
    ...query,
    plan: planOf(query, plans),
    planBefore: query.before && planOf(query, plansBefore),
  }));
}

function planOf({ name }: VerifiedQuery, plans: readonly QueryPlan[] = []): PlanTree | null {
  const found = plans.find((plan) => plan.name === name);
  if (!found) return null;
  const { name: _, ...tree } = found;
  return tree;
}

function recordedState({ valid, drift }: IndexOutputs): IndexStatus["state"] {
  if (!valid) return "invalid";
  return drift ? "drifted" : "valid";
}
