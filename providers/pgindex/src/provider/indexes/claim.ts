import { randomBytes } from "node:crypto";
import type { Claim } from "../../engine/compare/ownership";
import type { DesiredIndex } from "../../engine/declare/desiredIndex";
import { ownerOf } from "../../engine/declare/ownershipMark";
import type { Runtime } from "../runtime";

/** What the state knows of the resource. */
interface Known {
  readonly __urn?: string;
  readonly ownerId?: string | null;
}

/** The claim of a resource; undefined for a call that has no URN. */
export function claimOf(
  runtime: Runtime,
  urn: string | undefined,
  { policy }: DesiredIndex,
  known: Known = {},
): Claim | undefined {
  if (urn === undefined) return undefined;
  return {
    owner: ownerOf(urn, known.ownerId ?? undefined),
    formerUrn: known.__urn === undefined ? undefined : ownerOf(known.__urn).urn,
    marks: runtime.database().ownershipMarks,
    takeOverFrom: policy.takeOverFrom,
  };
}

/** Twelve hexadecimal digits, different for each create. */
export function newOwnerId(): string {
  return randomBytes(6).toString("hex");
}
