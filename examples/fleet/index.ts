import * as pulumi from "@pulumi/pulumi";
import { Connection, Index, PromotionGate, promotionEvidence, Verification } from "pulumi-pgindex";

// One stack per database of the fleet: "canary" goes first, and every other stack waits for its
// proof.
const CANARY = "canary";

const config = new pulumi.Config();
const provider = new Connection("database", { url: config.requireSecret("databaseUrl") });

const byAccount = {
  table: "events",
  name: "events_account_idx",
  columns: ["account_id"],
  serves: [
    {
      name: "events of an account",
      sql: "SELECT * FROM events WHERE account_id = $1",
      sample: "SELECT account_id FROM events ORDER BY id LIMIT 5",
    },
  ],
};

const gate =
  pulumi.getStack() === CANARY
    ? undefined
    : new PromotionGate("canary-proof", {
        indexes: [byAccount],
        stack: CANARY,
        soak: config.get("soak") ?? "24h",
        minimumScans: config.getNumber("minimumScans") ?? 100,
        maximumMs: { "events of an account": 50 },
        override: config.get("override"),
      });

const index = new Index("events-by-account", { ...byAccount, gate }, { provider });
const verification = new Verification("events-by-account-proof", { index });

/** What the gates of the other stacks read. */
export const evidence = promotionEvidence([{ index, verification }]);
export const usage = verification.usage;
