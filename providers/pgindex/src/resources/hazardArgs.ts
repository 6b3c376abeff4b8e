import type * as pulumi from "@pulumi/pulumi";
import type { HazardCode } from "../engine/hazards/hazardKinds";

/**
 * What becomes of a hazard: `"allow"` says only that it is allowed, `"warn"` says it and goes on,
 * `"deny"` refuses the preview and the `up`.
 */
export type HazardAction = "allow" | "warn" | "deny";

/** A decision on a hazard, with its reason. */
export interface HazardExceptionArgs {
  /** What becomes of it. */
  readonly action: pulumi.Input<HazardAction>;
  /** Why: shown wherever the hazard is. */
  readonly reason: pulumi.Input<string>;
  /**
   * The last day on which it holds, by UTC: `"2026-12-31"`. After that it is passed over, which the
   * preview says.
   * @default it does not expire
   */
  readonly expires?: pulumi.Input<string>;
}

/**
 * Decisions on hazards by their codes, which `docs/hazards.md` lists: `{ "old-transaction": "deny",
 * "many-indexes": { action: "allow", reason: "an archive", expires: "2026-12-31" } }`.
 */
export type HazardPolicyArgs = Readonly<
  Partial<Record<HazardCode, pulumi.Input<HazardAction | HazardExceptionArgs>>>
>;
