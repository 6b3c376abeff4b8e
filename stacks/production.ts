import type * as pulumi from "@pulumi/pulumi";
import { PromotionGate } from "pulumi-pgindex";
import { indexes } from "./phase3";
import type { StackSettings } from "./settings";

/** Production waits for staging's proof, and an index that does not keep its promise is an error. */
export function production(config: pulumi.Config): StackSettings {
  const gate = new PromotionGate("staging-proof", {
    indexes: Object.values(indexes),
    stack: "staging",
    soak: config.get("soak"),
    minimumScans: config.getNumber("minimumScans"),
    override: config.get("override"),
  });
  return { dependsOn: [gate], onFailedExpectation: "error" };
}
