import type { BackupOutputs } from "../backup/backup";
import type { BaselineOutputs } from "../baseline/baseline";
import type { PlanTree } from "../engine/measure/queryPlan";
import type { VerifiedQuery } from "../engine/verify/expectations";
import type { PhaseTime } from "../engine/watch/phases";
import type { IndexStatus } from "../status/indexStatus";
import type { BuildSummary } from "../status/runningBuilds";
import type { RecordedGate } from "../status/stackState";
import type { ExtraMeasurements } from "./extraMeasurements";
import type { ReportedUse } from "./reportedUse";

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
  readonly extra: ExtraMeasurements | null;
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

/** One measurement that speaks for a line of the checklist, or against it. */
export interface Proof {
  readonly isMet: boolean;
  /** What was measured, or what is missing and how to get it. */
  readonly text: string;
}

/** A line of the checklist: done when there is a proof and every one is met. */
export interface ChecklistLine {
  readonly title: string;
  readonly isDone: boolean;
  readonly proofs: readonly Proof[];
}
