import { randomBytes } from "node:crypto";
import type { Claim } from "../../engine/compare/ownership";
import type { DesiredIndex } from "../../engine/declare/desiredIndex";
import { ofDynamicFront, ownerOf } from "../../engine/declare/ownershipMark";
import type { Call } from "../contract";
import type { Runtime } from "../runtime";

/**
 * The claim of a resource; undefined for a call that has no URN. `ownerId`: the ID that the state
 * has, null where it has none, undefined for a check, which is not told.
 */
export function claimOf(
  runtime: Runtime,
  call: Call,
  { policy }: DesiredIndex,
  ownerId: string | null | undefined = call.ownerId,
): Claim | undefined {
  const { urn, formerUrn } = call;
  if (urn === undefined) return undefined;
  return {
    owner: ownerOf(urn, ownerId ?? undefined),
    isIdUnknown: ownerId === undefined,
    formerUrn: formerUrn === undefined ? undefined : ownerOf(formerUrn).urn,
    marks: runtime.database().ownershipMarks,
    takeOverFrom: policy.takeOverFrom,
  };
}

/**
 * Whether an `up` writes an index's mark anew, which names what its resource was called before.
 * `ownerId`: of a mark that stands, where the state is known.
 */
export function isMarkedAnew(runtime: Runtime, call: Call, ownerId?: string | null): boolean {
  return isRenamed(call) && (runtime.database().ownershipMarks || Boolean(ownerId));
}

/**
 * After `pulumi stack rename`, with an alias or another parent. Which front a resource has is no part
 * of its name.
 */
export function isRenamed({ urn, formerUrn }: Call): boolean {
  if (urn === undefined || formerUrn === undefined) return false;
  return ofDynamicFront(urn) !== ofDynamicFront(formerUrn);
}

/** Twelve hexadecimal digits, different for each create. */
export function newOwnerId(): string {
  return randomBytes(6).toString("hex");
}
