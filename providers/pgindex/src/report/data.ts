import type { BackupOutputs } from "../backup/backup";
import type { BaselineOutputs } from "../baseline/baseline";
import type { WrittenDuration } from "../engine/input/duration";
import type { PlanTree, QueryPlan } from "../engine/measure/queryPlan";
import type { IndexOutputs } from "../engine/record/outputs";
import type { VerifiedQuery } from "../engine/verify/expectations";
import type { VerificationReport } from "../engine/verify/verification";
import { type PhaseTime, toPhases } from "../engine/watch/phases";
import { type BuildSummary, buildSummary } from "../status/builds";
import type { IndexStatus, StackStatus } from "../status/indexStatus";
import type { RecordedGate, StackState } from "../status/stackState";
import { type ChecklistLine, toChecklist } from "./checklist";
import type { Extra } from "./extra";
import { type ReportedUse, toUse } from "./use";

/** The layout of the JSON. A newer release only adds to it. */
const SCHEMA_VERSION = 1;

/** All that a report shows. Plain JSON, no secret, no value of a row. */
export interface Report {
  readonly schemaVersion: number;
  /** ISO 8601, by this machine's clock. */
  readonly generatedAt: string;
  /** The stack that the report is about. */
  readonly stack: ReportedStack;
  /** The stack that went first, whose proof this one had to wait for; null when none was given. */
  readonly earlier: ReportedStack | null;
  readonly checklist: readonly ChecklistLine[];
  /** Builds that ran in the database when it was asked. */
  readonly builds: readonly BuildSummary[];
  /** Why the database could not be asked; null when it was, or was not to be. */
  readonly problem: string | null;
  /** Measurements that others have handed in. */
  readonly extra: Extra | null;
}

/** A stack as its state, and the database where it was asked, has it. */
export interface ReportedStack {
  readonly name: string;
  /** When the database itself was asked, ISO 8601; null when all is from the state. */
  readonly lookedAt: string | null;
  readonly indexes: readonly ReportedIndex[];
  readonly backups: readonly BackupOutputs[];
  readonly gates: readonly RecordedGate[];
  readonly baselines: readonly BaselineOutputs[];
}

/** An index with all that was measured for it. */
export interface ReportedIndex {
  /** `schema.name` */
  readonly index: string;
  readonly table: string;
  readonly definition: string;
  readonly state: IndexStatus["state"];
  readonly drift: string | null;
  readonly sizeBytes: number | null;
  /** ISO 8601; null when it was adopted. */
  readonly builtAt: string | null;
  readonly buildSeconds: number | null;
  /** Phases of the build in their order; empty where they were not seen. */
  readonly phases: readonly PhaseTime[];
  /** ISO 8601. */
  readonly validSince: string;
  /** Of its verifications; empty when it has none. */
  readonly queries: readonly ReportedQuery[];
  /** Null when no verification has counted its scans. */
  readonly use: ReportedUse | null;
  /** What its verifications found to be wrong with the index itself. */
  readonly problems: readonly string[];
}

/** A query with its plans. */
export interface ReportedQuery extends VerifiedQuery {
  /** Null where nothing was run, or an older release has measured it. */
  readonly plan: PlanTree | null;
  /** Before the build. */
  readonly planBefore: PlanTree | null;
}

/** What a report is made of. */
export interface ReportInput {
  readonly state: StackState;
  readonly earlier?: StackState;
  /** The main stack's indexes as the database has them now. */
  readonly status?: StackStatus;
  /** Why the database could not be asked. */
  readonly problem?: string;
  readonly extra?: Extra;
  readonly soak: WrittenDuration;
  /** By this machine's clock. */
  readonly now: Date;
}

/** Puts together what a report shows. Pure. */
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
