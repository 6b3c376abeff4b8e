import type { Advice } from "../../engine/errors/advice";
import { type DatabaseIdentity, databaseLabel } from "../../engine/session/databaseIdentity";
import { displayName } from "../../engine/text/render";

/** An index whose gate has let another definition pass, or none. */
export function notPassedAdvice(index: { readonly schema: string; readonly name: string }): Advice {
  return {
    what: `refused: a gate of ${displayName(index)} has not let this definition pass`,
    why:
      "gate names a PromotionGate whose indexes do not include it, or that was left out by " +
      "--target and still has what passed before",
    fix: "run pulumi up without --target, with this index among the gate's indexes",
    otherwise: "give the gate an override for this definition",
  };
}

/** An index whose proof is of its own database. */
export function ownProofAdvice(
  index: { readonly schema: string; readonly name: string },
  here: DatabaseIdentity,
): Advice {
  return {
    what: `refused: ${displayName(index)} was proved on this stack's own database`,
    why: `the evidence is of ${databaseLabel(here)}, where the index would be built`,
    fix: "correct databaseUrl of this stack, or stack of the gate",
    otherwise:
      "a physical copy (a base backup, a restored snapshot) cannot be told apart: waive database " +
      "in the gate's override",
  };
}
