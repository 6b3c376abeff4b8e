import type * as pulumi from "@pulumi/pulumi";
import type { PromotionGate } from "pulumi-pgindex";

/** What differs between the stacks. */
export interface StackSettings {
  /** Resources that must exist before the first index is built. */
  readonly dependsOn: readonly pulumi.Resource[];
  /** What must have let an index pass before it is built. */
  readonly gate?: PromotionGate;
  /** What to report when an index breaks its promise. */
  readonly onFailedExpectation: "warning" | "error";
}
