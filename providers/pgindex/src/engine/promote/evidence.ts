import { createHash } from "node:crypto";
import type { RecordedForm } from "../compare/recordedForm";
import type { PlanType } from "../explain/explain";
import type { DatabaseIdentity } from "../session/databaseIdentity";
import type { FoundIndex } from "../verify/foundIndex";

/** One index that the other stack must have proven. */
export interface Requirement {
  readonly schema: string;
  readonly name: string;
  /** The statement this stack would run; the other stack must have run the same one. */
  readonly statement: string;
}

/** A short text that identifies what a statement defines, for an override to name. */
export function definitionId(statement: string): string {
  return createHash("sha256").update(statement).digest("hex").slice(0, 12);
}

/** Another stack's evidence for one index: outputs of its `Index` and its `Verification`. */
export interface Evidence {
  readonly statement: string;
  readonly valid: boolean;
  /** By the server's clock, ISO 8601. */
  readonly validSince: string;
  /** Scans by anything other than our own measurements, since the index is valid. */
  readonly trafficScans: number;
  /** False if there may have been more scans by traffic. Missing in older releases' evidence. */
  readonly isExact?: boolean | null;
  /** False if some of these scans may be our own. Missing in older releases' evidence. */
  readonly isToldApart?: boolean | null;
  /** When it was last measured, by the server's clock, ISO 8601. */
  readonly verifiedAt?: string | null;
  readonly queries: readonly QueryEvidence[];
  /** What the `Index` has recorded. Missing in older releases' evidence. */
  readonly recorded?: RecordedIndex | null;
  /** What the `Verification` measured. Missing in older releases' evidence. */
  readonly found?: FoundIndex | null;
}

/** An index as its resource has recorded it. */
export interface RecordedIndex {
  readonly oid: number;
  readonly canonical: RecordedForm;
  readonly database?: DatabaseIdentity | null;
  /** What a refresh found wrong with it. */
  readonly drift?: string | null;
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
  /** Rows that the index returned. Missing in older releases' evidence. */
  readonly indexRows?: number | null;
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

/** The names of the conditions, by which an override waives them. */
export const CONDITION_NAMES = [
  "evidence",
  "database",
  "definition",
  "valid",
  "plan",
  "latency",
  "scans",
  "soak",
] as const;

/** A judged condition. */
export interface Condition {
  readonly name: (typeof CONDITION_NAMES)[number];
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
