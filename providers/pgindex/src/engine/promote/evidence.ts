import type { PlanType } from "../explain/explain";

/** One index that the other stack must have proven. */
export interface Requirement {
  readonly schema: string;
  readonly name: string;
  /** The statement this stack would run; the other stack must have run the same one. */
  readonly statement: string;
}

/** Another stack's evidence for one index: outputs of its `Index` and its `Verification`. */
export interface Evidence {
  readonly statement: string;
  readonly valid: boolean;
  /** ISO 8601. */
  readonly validSince: string;
  /** Scans by anything other than our own measurements. */
  readonly trafficScans: number;
  /** False if there may have been more scans by traffic. Missing in older releases' evidence. */
  readonly isExact?: boolean | null;
  /** When it was last measured, ISO 8601. Missing in older releases' evidence. */
  readonly verifiedAt?: string | null;
  readonly queries: readonly QueryEvidence[];
}

/** Another stack's evidence for one query. */
export interface QueryEvidence {
  readonly name: string;
  readonly usesIndex: boolean;
  readonly planType: string | null;
  /** Median in milliseconds; null if it did not run. Missing in older releases' evidence. */
  readonly executionMs?: number | null;
  /** The same before the build; null if it was not measured then. */
  readonly beforeMs?: number | null;
  /** True if it exceeded its timeout, which `executionMs` then contains. */
  readonly timedOut?: boolean | null;
}

/** One value for all queries, or one for each named query. */
export type PerQuery<T> = T | Readonly<Record<string, T>>;

/** What a gate requires of the other stack. */
export interface GateConditions {
  /** How long the index must have been valid, in milliseconds. */
  readonly soakMs: number;
  /** The same duration as written. */
  readonly soak: string;
  /** Minimum scans by traffic, without our own measurements. */
  readonly minimumScans: number;
  /** Permitted plan types. */
  readonly planTypes?: PerQuery<readonly PlanType[]>;
  /** Maximum milliseconds of a query. */
  readonly maximumMs?: PerQuery<number>;
  /** Maximum ratio of a query's time to its time before the build. */
  readonly maximumSlowdown: number;
}

/** A judged condition. */
export interface Condition {
  /** The condition's name, which is recorded when an override waives it. */
  readonly name: "evidence" | "definition" | "valid" | "plan" | "latency" | "scans" | "soak";
  readonly isMet: boolean;
  /** What was found; if unmet, also what to do and when it will be met. */
  readonly text: string;
}

export function met(name: Condition["name"], text: string): Condition {
  return { name, isMet: true, text };
}

export function unmet(name: Condition["name"], text: string): Condition {
  return { name, isMet: false, text };
}
