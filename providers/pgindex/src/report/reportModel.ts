import type { BackupOutputs } from "../backup/backupOutputs";
import type { BaselineOutputs } from "../baseline/baseline";
import type { PlanTree } from "../engine/explain/queryPlan";
import type { VerifiedQuery } from "../engine/verify/expectations";
import type { PhaseTime } from "../engine/watch/phases";
import type { IndexStatus } from "../status/indexStatus";
import type { BuildSummary } from "../status/runningBuilds";
import type { RecordedGate } from "../status/stackState";
import type { ExtraMeasurements } from "./extraMeasurements";
import type { ReportedUse } from "./reportedUse";

/** Everything a report shows. Plain JSON, with no secrets and no row values. */
export interface Report {
  readonly schemaVersion: number;
  /** ISO 8601, by this machine's clock. */
  readonly generatedAt: string;
  /** The stack that the report is about. */
  readonly stack: ReportedStack;
  /** The stack that went first, whose proof this one had to wait for; null if none was given. */
  readonly earlier: ReportedStack | null;
  readonly verdict: Verdict;
  readonly checklist: readonly ChecklistLine[];
  /** Builds that were running in the database when it was queried. */
  readonly builds: readonly BuildSummary[];
  /** Why the database could not be queried; null if it was, or if it was not meant to be. */
  readonly problem: string | null;
  /** Measurements from other programs. */
  readonly extra: ExtraMeasurements | null;
}

/** What a reader wants to know before everything else. */
export interface Verdict {
  /**
   * `failing`: an index is INVALID or missing, an expectation is not met, or the database could not
   * be queried. `degraded`: an index was redefined from outside. `building`: one is being built.
   * `incomplete`: nothing is broken, and a line of the checklist has no proof yet.
   */
  readonly state: "complete" | "incomplete" | "building" | "degraded" | "failing";
  /** One sentence: what is broken, or what is open. */
  readonly headline: string;
  readonly declared: number;
  readonly valid: number;
  /** How many times faster the queries are; null if no index has a measurement that still holds. */
  readonly ratios: { readonly least: number; readonly most: number } | null;
  /** The longest that a write waited while the indexes were built; null if nobody measured it. */
  readonly longestStallMs: number | null;
  /** The same for a build without CONCURRENTLY. */
  readonly plainBuildStallMs: number | null;
  /** The shortest soak of an index in the stack that went first; null if none is known. */
  readonly soakedMs: number | null;
  /** Titles of the lines that are not done. */
  readonly missing: readonly string[];
}

/** A stack according to its state, and to the database if it was queried. */
export interface ReportedStack {
  readonly name: string;
  /** When the database itself was queried, ISO 8601; null if everything is from the state. */
  readonly lookedAt: string | null;
  readonly indexes: readonly ReportedIndex[];
  readonly backups: readonly BackupOutputs[];
  readonly gates: readonly RecordedGate[];
  readonly baselines: readonly BaselineOutputs[];
}

/** An index with everything measured for it. */
export interface ReportedIndex {
  /** `schema.name` */
  readonly index: string;
  readonly table: string;
  readonly definition: string;
  readonly state: IndexStatus["state"];
  readonly drift: string | null;
  readonly sizeBytes: number | null;
  /** ISO 8601; null if it was adopted. */
  readonly builtAt: string | null;
  readonly buildSeconds: number | null;
  /** Phases of the build, in order; empty if not observed. */
  readonly phases: readonly PhaseTime[];
  /** ISO 8601. */
  readonly validSince: string;
  /** When its queries were last measured, ISO 8601; null if never. */
  readonly measuredAt: string | null;
  /** Why what was measured no longer holds; null if it does. */
  readonly stale: string | null;
  /** From its verifications; empty if it has none. */
  readonly queries: readonly ReportedQuery[];
  /** Null if no verification has counted its scans. */
  readonly use: ReportedUse | null;
  /** Problems its verifications found with the index itself. */
  readonly problems: readonly string[];
}

/** A query with its plans. */
export interface ReportedQuery extends VerifiedQuery {
  /** Null if nothing was run, or if an older release measured it. */
  readonly plan: PlanTree | null;
  /** Before the build. */
  readonly planBefore: PlanTree | null;
}

/** One measurement for or against a line of the checklist. */
export interface Proof {
  readonly isMet: boolean;
  /** Something is broken, as opposed to not proven yet; absent if not. */
  readonly isFailing?: boolean;
  /** What was measured, or what is missing and how to get it. */
  readonly text: string;
}

/** A line of the checklist: done if there is a proof and every proof is met. */
export interface ChecklistLine {
  readonly title: string;
  readonly isDone: boolean;
  /** Whether one of its proofs says that something is broken. */
  readonly isFailing: boolean;
  readonly proofs: readonly Proof[];
}
