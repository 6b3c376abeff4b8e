import type { Advice } from "../errors/advice";
import type { Step } from "./step";

export type Plan =
  | { readonly kind: "steps"; readonly steps: readonly Step[] }
  | { readonly kind: "refused"; readonly advice: Advice };

export function steps(...list: readonly Step[]): Plan & { kind: "steps" } {
  return { kind: "steps", steps: list };
}

export function refused(advice: Advice): Plan {
  return { kind: "refused", advice };
}
