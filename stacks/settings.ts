import type * as pulumi from "@pulumi/pulumi";

/** What differs between the stacks. */
export interface StackSettings {
  /** Resources that must exist before the first index is built. */
  readonly dependsOn: readonly pulumi.Resource[];
  /** What to report when an index breaks its promise. */
  readonly onFailedExpectation: "warning" | "error";
}
