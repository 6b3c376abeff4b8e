import type { Claim } from "../../engine/compare/ownership";
import type { DesiredIndex } from "../../engine/declare/desiredIndex";
import { ownerOf } from "../../engine/declare/ownershipMark";

/**
 * The claim of one target's index: that of a resource in the stack `<fleet>/<target>`, so that a fleet
 * which goes on as stacks of these names finds its own indexes.
 */
export function claimOfTarget(
  { fleet, target }: { readonly fleet: string; readonly target: string },
  { schema, name, policy }: DesiredIndex,
  ownerId: string | undefined,
): Claim {
  const urn = `urn:pulumi:${target}::${fleet}::pulumi-nodejs:pgindex:Index::${schema}.${name}`;
  return { owner: ownerOf(urn, ownerId), marks: true, takeOverFrom: policy.takeOverFrom };
}
