import type { StackSettings } from "./settings";

/**
 * Staging goes first. Its tables are small, so a plan that is not the promised one is worth a
 * warning, not a stop.
 */
export function staging(): StackSettings {
  return { dependsOn: [], onFailedExpectation: "warning" };
}
