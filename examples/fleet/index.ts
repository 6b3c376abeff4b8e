import * as pulumi from "@pulumi/pulumi";
import { Index, Verification } from "pulumi-pgindex";

// One stack for each database of the fleet. pgindex fleet makes them: the configuration is that of
// the stack "template" with the target's own over it, and DATABASE_URL leads to the target.
const config = new pulumi.Config();

const index = new Index("events-by-account", {
  table: "events",
  name: "events_account_idx",
  columns: ["account_id"],
  storageParameters: { fillfactor: config.require("fillfactor") },
  serves: [
    {
      name: "events of an account",
      sql: "SELECT * FROM events WHERE account_id = $1",
      sample: "SELECT account_id FROM events ORDER BY id LIMIT 5",
    },
  ],
});

export const usage = new Verification("events-by-account-proof", { index }).usage;
