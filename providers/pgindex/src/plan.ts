import { findingsOfIndex, nameOf, unseenIndexes } from "./review/findings";
import type { PlannedIndex } from "./review/plan";
import { readPlan } from "./review/planFile";
import { seeIndex } from "./review/run/lookAtIndex";

/** An `Index`, as `validateResource` of a policy is given it. */
export interface DeclaredIndex {
  readonly urn?: string;
  readonly name?: string;
  /** Its arguments. */
  readonly props: object;
}

/** What a reviewer weighs of one index: the `facts` of docs/plan.schema.json. Sizes are in bytes. */
export interface IndexFacts {
  /** `server_version_num` */
  readonly serverVersion: number;
  readonly table: {
    readonly schema: string;
    readonly name: string;
    /** As VACUUM or ANALYZE left them; null before the first one. */
    readonly rows: number | null;
    readonly sizeBytes: number;
  };
  readonly steps: readonly {
    readonly kind: "adopt" | "build" | "reindex" | "analyze" | "drop" | "alter";
    readonly why: string;
    readonly statements: readonly string[];
    readonly locks: string | null;
    readonly lockedSeconds: number | null;
  }[];
  /** What is written to the table; absent where nothing is built. */
  readonly traffic?: { readonly writesPerSecond: number | null; readonly hotShare: number | null };
  /** Absent where nothing is built, or nobody knows. */
  readonly needs?: {
    readonly indexBytes: number;
    readonly sizeBasis: string;
    readonly diskBytes: number;
    readonly walBytes: number;
  };
  /** Waits aside. */
  readonly build?: {
    readonly seconds: number;
    readonly least: number;
    readonly most: number;
    readonly basis: string;
  };
}

/** Something that a plan has found, for a script or a policy pack. */
export interface PlanFinding {
  /** The resource's. */
  readonly urn: string;
  /** `schema.name`; the resource's name where that is not known. */
  readonly index: string;
  /** What kind it is: docs/hazards.md, `refused`, `drop-index`, or `could-not-look`. */
  readonly code: string;
  readonly severity: "info" | "warning" | "error";
  readonly message: string;
  readonly cause?: string;
  readonly fix?: string;
}

/** What a reviewer weighs of one index, and what was found. */
export interface IndexReview {
  readonly urn: string;
  /** `schema.name`; the resource's name where that is not known. */
  readonly index: string;
  /** What Pulumi does with it, in a plan. */
  readonly action?: "create" | "update" | "replace" | "delete" | "same" | "unknown";
  /** Absent where nobody could look. */
  readonly facts?: IndexFacts;
  readonly findings: readonly PlanFinding[];
}

/**
 * Everything that `pgindex plan --out` has found. Throws an error for a file that is no plan, or was
 * edited.
 */
export function findingsIn(file: string): PlanFinding[] {
  return reviewsIn(file).flatMap(({ findings }) => findings);
}

/** As {@link findingsIn}, by index, with what each needs and meets. */
export function reviewsIn(file: string): IndexReview[] {
  return readPlan(file).indexes.map((index) => ({ ...reviewOf(index), action: index.action }));
}

/**
 * Looks at the database, read-only, as a preview does, for one index: what a policy is given of an
 * `Index` will do. `settings`: those of a `Connection`, by their names, as text; without `url`,
 * `DATABASE_URL` and libpq's variables. Throws an error for settings that cannot be read.
 */
export async function lookAtIndex(
  declared: DeclaredIndex,
  settings: Readonly<Record<string, string>> = {},
): Promise<IndexReview> {
  const { urn = "", name = "" } = declared;
  return reviewOf({ urn, name, action: "unknown", ...(await seeIndex(declared, settings)) });
}

function reviewOf(index: PlannedIndex): IndexReview {
  const { urn, facts } = index;
  const at = { urn, index: nameOf(index) };
  const findings = findingsOfIndex(index).map(({ index: _, ...finding }) => ({
    ...at,
    ...finding,
  }));
  const missed = unseenIndexes({ indexes: [index] }).map(({ reason }) => ({
    ...at,
    code: "could-not-look",
    severity: "error" as const,
    message: `could not look, because ${reason}`,
  }));
  return { ...at, ...(facts && { facts }), findings: [...findings, ...missed] };
}
