import type { LiveIndex } from "../catalog/liveIndex";
import type { IndexOrigin } from "../declare/ownershipMark";
import type { PatienceOptions } from "../declare/patienceOptions";
import type { HazardPolicy } from "../hazards/rules";
import type { DatabaseIdentity } from "../session/databaseIdentity";
import { differencesSince, type RecordedForm } from "./recordedForm";

/**
 * What identifies an index: its owner's mark, else its definition under its name; never just the
 * name, and never the OID alone, which REINDEX CONCURRENTLY changes.
 */
export interface IndexIdentity {
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  /** The last known OID; a hint to find an index that was renamed outside Pulumi. */
  readonly oid?: number;
  readonly canonical: RecordedForm;
  /** As the resource declared it; absent in states of older releases. */
  readonly patience?: PatienceOptions | null;
  /** The ID in the mark; null without marks, absent in states of older releases. */
  readonly ownerId?: string | null;
  /** The OID of the index that was marked. */
  readonly markedOid?: number | null;
  /** Absent in states of older releases, which have `adopted`. */
  readonly origin?: IndexOrigin;
  readonly adopted?: boolean;
  readonly dropOnDestroy?: boolean | null;
  /** What the resource decided of hazards; absent where it decided nothing. */
  readonly hazards?: HazardPolicy | null;
  /** Absent in states of older releases. */
  readonly database?: DatabaseIdentity;
}

/** An OID alone proves little: in a restored database it can belong to another index. */
export function isStillOurs(
  live: LiveIndex,
  old: Pick<IndexIdentity, "schema" | "name" | "table" | "canonical">,
): boolean {
  const isRenamed = live.schema === old.schema && live.table === old.table;
  const isMoved = live.name === old.name;
  return (isRenamed || isMoved) && differencesSince(old.canonical, live.canonical).length === 0;
}

/**
 * Whether somebody has built this index anew: ours had a mark, which REINDEX CONCURRENTLY keeps, and
 * this one has none and another OID.
 */
export function isStranger(
  { mark, oid }: LiveIndex,
  old: Pick<IndexIdentity, "ownerId" | "markedOid">,
): boolean {
  return !mark && Boolean(old.ownerId) && oid !== old.markedOid;
}

/** Why a destroy keeps an index, or `own` if it may drop it. */
export type Keeping =
  | { readonly kind: "own" }
  /** Another resource has marked it since. */
  | { readonly kind: "passedOn"; readonly to: string }
  /** Somebody has built it anew. */
  | { readonly kind: "stranger" }
  /** The stack found it, or the declaration says to keep it. */
  | { readonly kind: "notBuiltHere" | "declaredKept" };

/** Whether a destroy drops this index. Pure. */
export function keepingOf(live: LiveIndex, old: IndexIdentity): Keeping {
  const { mark } = live;
  if (mark && mark.id !== old.ownerId) return { kind: "passedOn", to: mark.label };
  if (isStranger(live, old)) return { kind: "stranger" };
  const origin = mark?.origin ?? old.origin;
  const isBuilt = origin ? origin === "built" : !old.adopted;
  if (old.dropOnDestroy ?? isBuilt) return { kind: "own" };
  return { kind: isBuilt ? "declaredKept" : "notBuiltHere" };
}
