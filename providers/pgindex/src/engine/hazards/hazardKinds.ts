import { COST_KINDS } from "./kinds/costMessages";
import { DROP_KINDS } from "./kinds/dropMessages";
import type { HazardKind } from "./kinds/hazardKind";
import { REFUSAL_KINDS } from "./kinds/refusalMessages";
import { WAIT_KINDS } from "./kinds/waitMessages";

/** Every hazard by its code. docs/hazards.md is made of it. */
const KINDS = { ...WAIT_KINDS, ...REFUSAL_KINDS, ...COST_KINDS, ...DROP_KINDS } as const;

/** The code of a hazard, such as `"old-transaction"`: `docs/hazards.md` lists them. */
export type HazardCode = keyof typeof KINDS;

export const HAZARD_KINDS: Readonly<Record<HazardCode, HazardKind>> = KINDS;

export const HAZARD_CODES = Object.keys(KINDS) as [HazardCode, ...HazardCode[]];

/** Those that a policy can decide on. */
export const CHOOSABLE_CODES = HAZARD_CODES.filter(
  (code) => HAZARD_KINDS[code].action !== "refused",
) as [HazardCode, ...HazardCode[]];
