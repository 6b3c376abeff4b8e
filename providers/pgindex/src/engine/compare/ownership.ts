import type { LiveIndex } from "../catalog/liveIndex";
import {
  type IndexOrigin,
  isStackOf,
  type Owner,
  type OwnershipMark,
} from "../declare/ownershipMark";
import { type DatabaseIdentity, databaseHash } from "../session/databaseIdentity";

/** What one resource says of itself when it wants an index. */
export interface Claim {
  readonly owner: Owner;
  /** The URN's hash at the last update: an alias changes the URN. */
  readonly formerUrn?: string;
  /** In a check, which is not told the ID that the state has. */
  readonly isIdUnknown?: boolean;
  /** False where the user does without marks; those that stand count all the same. */
  readonly marks: boolean;
  /** `project/stack` whose index this resource may take over. */
  readonly takeOverFrom?: string;
}

/**
 * Whose an index is, for one resource: its `own`; of nobody known (`unmarked`); of another resource
 * of the same stack (`sibling`), which may be the same one under its former name; of another stack
 * (`foreign`); or of the owner that the declaration takes it over from (`ceded`).
 */
export type Ownership = "own" | "unmarked" | "sibling" | "foreign" | "ceded";

/** Tells whose an index is. Pure. */
export function ownershipOf(
  { mark }: Pick<LiveIndex, "mark">,
  claim: Claim | undefined,
  database: DatabaseIdentity | undefined,
): Ownership {
  if (!mark) return "unmarked";
  if (claim && isOwn(mark, claim)) return "own";
  // A dump carries the marks of the database that it was taken from.
  if (database && mark.database !== databaseHash(database)) return "unmarked";
  if (claim?.takeOverFrom !== undefined && isStackOf(mark, claim.takeOverFrom)) return "ceded";
  return mark.stack === claim?.owner.stack ? "sibling" : "foreign";
}

function isOwn(mark: OwnershipMark, { owner, formerUrn }: Claim): boolean {
  return (
    (owner.id !== undefined && mark.id === owner.id) ||
    mark.urn === owner.urn ||
    mark.urn === formerUrn
  );
}

/**
 * The mark that the index must have; undefined where none is written. One that stands has to be true
 * all the same: by an old one, another resource would take the index for its own.
 */
export function wantedMark(
  claim: Claim | undefined,
  database: DatabaseIdentity | undefined,
  origin: IndexOrigin,
  stands = false,
): OwnershipMark | undefined {
  if (!claim || !database || !(claim.marks || stands)) return undefined;
  return { ...claim.owner, database: databaseHash(database), origin };
}
