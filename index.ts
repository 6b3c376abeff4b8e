import * as pulumi from "@pulumi/pulumi";
import {
  Connection,
  DrizzleBaseline,
  Index,
  promotionEvidence,
  Verification,
} from "pulumi-pgindex";
import { indexes, migration } from "./stacks/phase3";
import { production } from "./stacks/production";
import type { StackSettings } from "./stacks/settings";
import { staging } from "./stacks/staging";

const config = new pulumi.Config();
type SettingsOf = (config: pulumi.Config, provider?: pulumi.ProviderResource) => StackSettings;
const stacks: Record<string, SettingsOf> = { staging, production };

const settingsOf = stacks[pulumi.getStack()];
if (!settingsOf) {
  throw new Error(
    `there is no stack ${pulumi.getStack()}: ` +
      `use one of ${Object.keys(stacks).join(", ")}, or add it in index.ts`,
  );
}
const url = config.getSecret("databaseUrl");
const provider = url && new Connection("database", { url });
const { dependsOn, gate, onFailedExpectation } = settingsOf(config, provider);

const statesIndex = new Index(
  "states-index",
  { ...indexes.states, gate },
  {
    provider,
    dependsOn: [...dependsOn],
  },
);
// Destroy runs in reverse: the messages index first, as the rollback procedure requires.
const messagesIndex = new Index(
  "messages-index",
  { ...indexes.messages, gate },
  {
    provider,
    dependsOn: [...dependsOn, statesIndex],
  },
);

const statesProof = new Verification(
  "states-proof",
  { index: statesIndex, onFailedExpectation },
  { provider },
);
const messagesProof = new Verification(
  "messages-proof",
  { index: messagesIndex, onFailedExpectation },
  { provider },
);

// Until Drizzle has this mark, `drizzle-kit migrate` would run the migration again, in a
// transaction and therefore without CONCURRENTLY.
new DrizzleBaseline(
  "migration",
  { migration },
  { provider, dependsOn: [statesIndex, messagesIndex] },
);

/** For each index: what was built and when. */
export const built = pulumi.all([statesIndex, messagesIndex].map(summary));

/**
 * For each index: plan types and times before and after, and scan counts. For people and scripts:
 * `pulumi stack output verification --json`.
 */
export const verification = {
  [indexes.states.name]: {
    queries: statesProof.queries,
    usage: statesProof.usage,
    ok: statesProof.ok,
  },
  [indexes.messages.name]: {
    queries: messagesProof.queries,
    usage: messagesProof.usage,
    ok: messagesProof.ok,
  },
};

/** What the next stack's gate reads. */
export const evidence = promotionEvidence([
  { index: statesIndex, verification: statesProof },
  { index: messagesIndex, verification: messagesProof },
]);

function summary(index: Index): pulumi.Output<unknown> {
  const { name, valid, definition, builtAt, buildSeconds, sizeBytes, adopted } = index;
  return pulumi.output({ name, valid, definition, builtAt, buildSeconds, sizeBytes, adopted });
}
