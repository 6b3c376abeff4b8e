import type { StackSettings } from "./settings";

/**
 * Staging goes first. Its tables are small, so an unexpected plan deserves a warning, not a stop.
 */
export function staging(): StackSettings {
  return { dependsOn: [], onFailedExpectation: "warning" };
}
