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

/** What somebody writes who means that there is no reason. */
const NO_REASON = /^(|false|no|off|0|none|null|undefined)$/i;

/**
 * The reason to go without a protection. `pulumi config set pgindex:noBackup false` asks for the
 * protection.
 */
export function reasonOf(config: pulumi.Config, name: string): string | undefined {
  const reason = config.get(name)?.trim();
  return reason === undefined || NO_REASON.test(reason) ? undefined : reason;
}
