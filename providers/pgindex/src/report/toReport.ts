import type { PlanTree, QueryPlan } from "../engine/explain/queryPlan";
import type { WrittenDuration } from "../engine/input/duration";
import type { IndexOutputs } from "../engine/record/outputs";
import type { VerifiedQuery } from "../engine/verify/expectations";
import type { VerificationReport } from "../engine/verify/verification";
import { toPhases } from "../engine/watch/phases";
import type { IndexStatus, StackStatus } from "../status/indexStatus";
import { buildSummary } from "../status/runningBuilds";
import type { StackState } from "../status/stackState";
import { toChecklist } from "./checklist";
import type { ExtraMeasurements } from "./extraMeasurements";
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
  /** By this machine's clock. */
  readonly now: Date;
}

/** Puts a report together. Pure. */
export function toReport({
  state,
  earlier,
  status,
  problem,
  extra,
  soak,
  now,
}: ReportInput): Report {
  const generatedAt = now.toISOString();
  const stack = toStack(state, status, generatedAt);
  const first = earlier ? toStack(earlier, undefined, generatedAt) : null;
  return {
    schemaVersion: SCHEMA_VERSION,
    generatedAt,
    stack,
    earlier: first,
    checklist: toChecklist({ stack, earlier: first, extra: extra ?? null, soak, now }),
    builds: status?.builds.map(buildSummary) ?? [],
    problem: problem ?? null,
    extra: extra ?? null,
  };
}

function toStack(
  state: StackState,
  status: StackStatus | undefined,
  generatedAt: string,
): ReportedStack {
  return {
    name: state.stack,
    lookedAt: status ? generatedAt : null,
    indexes: state.indexes.map(({ urn, outputs }) =>
      toIndex(
        outputs,
        state,
        status?.indexes.find((each) => each.urn === urn),
        generatedAt,
      ),
    ),
    backups: state.backups.map(({ outputs }) => outputs),
    gates: state.gates.map(({ outputs }) => outputs),
    baselines: state.baselines.map(({ outputs }) => outputs),
  };
}

function toIndex(
  outputs: IndexOutputs,
  { verifications }: StackState,
  live: IndexStatus | undefined,
  generatedAt: string,
): ReportedIndex {
  const index = `${outputs.schema}.${outputs.name}`;
  const proofs = verifications.map((each) => each.outputs).filter((each) => each.index === index);
  const { table, definition, builtAt, buildSeconds, validSince } = outputs;
  return {
    index,
    table: `${outputs.schema}.${table}`,
    definition,
    state: live?.state ?? recordedState(outputs),
    drift: live ? live.drift : outputs.drift,
    sizeBytes: live ? live.sizeBytes : outputs.sizeBytes,
    builtAt,
    buildSeconds,
    phases: toPhases(outputs.phaseSeconds),
    validSince,
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
