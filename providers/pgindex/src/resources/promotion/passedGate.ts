import type * as pulumi from "@pulumi/pulumi";
import type { StatementProof } from "../../engine/promote/gate";

/** What an `Index` asks of a `PromotionGate`. */
export interface PassedGate {
  /** The statements that passed. */
  readonly statements: pulumi.Output<readonly string[]>;
  /** The databases that proved them. */
  readonly proofs: pulumi.Output<readonly StatementProof[] | undefined>;
}

/** The gates' outputs as an input of the index, which makes the index depend on them. */
export function gatesOf(gates: PassedGate | readonly PassedGate[] | undefined) {
  if (gates === undefined) return undefined;
  const all: readonly PassedGate[] = "statements" in gates ? [gates] : gates;
  return all.map(({ statements, proofs }) => ({ statements, proofs }));
}
