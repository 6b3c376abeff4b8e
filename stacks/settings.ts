import type * as pulumi from "@pulumi/pulumi";

/** What differs between the stacks. */
export interface StackSettings {
  /** What must be there before the first index is built. */
  readonly dependsOn: readonly pulumi.Resource[];
  /** What an index that does not keep its promise is. */
  readonly onFailedExpectation: "warning" | "error";
}
