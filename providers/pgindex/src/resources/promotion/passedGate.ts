import type * as pulumi from "@pulumi/pulumi";
import type { StatementProof } from "../../engine/promote/gate";

/** What an `Index` asks of a `PromotionGate`. */
export interface PassedGate {
  /** The statements that passed. */
  readonly statements: pulumi.Output<readonly string[]>;
  /** The databases that proved them. */
  readonly proofs: pulumi.Output<readonly StatementProof[] | undefined>;
}

/** The gates' outputs as an input of the index, if it has any, which makes it depend on them. */
export function gateInput(gates: PassedGate | readonly PassedGate[] | undefined): pulumi.Inputs {
  if (gates === undefined) return {};
  const all: readonly PassedGate[] = "statements" in gates ? [gates] : gates;
  return { gate: all.map(({ statements, proofs }) => ({ statements, proofs })) };
}
