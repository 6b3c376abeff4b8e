import type { PlanType } from "../measure/explain";

/** What a stage must have shown of one index. */
export interface Requirement {
  readonly schema: string;
  readonly name: string;
  /** The statement that this stack would run: the other stage must have run the same. */
  readonly statement: string;
}

/** What another stage says of one index: outputs of its `Index` and its `Verification`. */
export interface Evidence {
  readonly statement: string;
  readonly valid: boolean;
  /** ISO 8601. */
  readonly validSince: string;
  /** Scans by anything but our own measurements. */
  readonly trafficScans: number;
  /**
   * False: there may have been more scans by traffic than that. Evidence of older releases does not
   * say it.
   */
  readonly isExact?: boolean | null;
  /** When it was measured there last, ISO 8601. Evidence of older releases does not say it. */
  readonly verifiedAt?: string | null;
  readonly queries: readonly QueryEvidence[];
}

/** What another stage says of one query. */
export interface QueryEvidence {
  readonly name: string;
  readonly usesIndex: boolean;
  readonly planType: string | null;
  /**
   * Median in milliseconds; null when it was not run; evidence of older releases does not say it.
   */
  readonly executionMs?: number | null;
  /** The same before the build there; null when it was not measured then. */
  readonly beforeMs?: number | null;
  /** It took longer than its timeout, which is what executionMs says then. */
  readonly timedOut?: boolean | null;
}

/** One value for every query, or one for each that is named. */
export type PerQuery<T> = T | Readonly<Record<string, T>>;

/** What is asked of the other stage. */
export interface GateConditions {
  /** Milliseconds that the index must have stood, valid. */
  readonly soakMs: number;
  /** The same as it was written. */
  readonly soak: string;
  /** Scans by traffic, our own measurements not counted. */
  readonly minimumScans: number;
  /** How queries may read the table. */
  readonly planTypes?: PerQuery<readonly PlanType[]>;
  /** Milliseconds that a query may take at most. */
  readonly maximumMs?: PerQuery<number>;
  /** How many times longer than before the build a query may take. */
  readonly maximumSlowdown: number;
}

/** One condition, judged. */
export interface Condition {
  /** A word for it, which is recorded when an override waives it. */
  readonly name: "evidence" | "definition" | "valid" | "plan" | "latency" | "scans" | "soak";
  readonly isMet: boolean;
  /** What was found; where it is not met also what to do, and when it will be met. */
  readonly text: string;
}

export function met(name: Condition["name"], text: string): Condition {
  return { name, isMet: true, text };
}

export function unmet(name: Condition["name"], text: string): Condition {
  return { name, isMet: false, text };
}
