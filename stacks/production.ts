import type * as pulumi from "@pulumi/pulumi";
import { Backup, PromotionGate } from "pulumi-pgindex";
import { indexes } from "./phase3";
import { reasonOf, type StackSettings } from "./settings";

/**
 * Production waits for staging's proof and for a backup, and an index that breaks its promise is an
 * error.
 */
export function production(
  config: pulumi.Config,
  provider?: pulumi.ProviderResource,
): StackSettings {
  const gate = new PromotionGate("staging-proof", {
    indexes: Object.values(indexes),
    stack: "staging",
    soak: config.get("soak"),
    minimumScans: config.getNumber("minimumScans"),
    override: reasonOf(config, "override"),
  });
  const before = { provider, dependsOn: gate };
  return { dependsOn: backUp(config, before), gate, onFailedExpectation: "error" };
}

/** Nothing changes without a backup, or a reason to go without one. */
function backUp(config: pulumi.Config, options: pulumi.CustomResourceOptions): Backup[] {
  if (reasonOf(config, "noBackup")) return [];
  const backup = new Backup(
    "backup",
    {
      indexes: Object.values(indexes),
      command: config.getObject<string[]>("backupCommand"),
      directory: config.get("backupDirectory"),
      pgDump: config.get("pgDump"),
    },
    options,
  );
  return [backup];
}
