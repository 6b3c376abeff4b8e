import * as pulumi from "@pulumi/pulumi";
import { Connection, Index } from "pulumi-pgindex";

const config = new pulumi.Config();
const [host, region] = [config.require("host"), config.require("region")];
const port = config.get("port") ?? "5432";
const user = config.get("user") ?? "pgindex";
const tls = config.get("tls") ?? "sslmode=verify-full&sslrootcert=global-bundle.pem";

// The token ends after 15 minutes: it is asked anew, and no state has it.
const login = ["--hostname", host, "--port", port, "--username", user, "--region", region];
const database = new Connection("database", {
  url: `postgresql://${user}@${host}:${port}/${config.require("database")}?${tls}`,
  passwordCommand: ["aws", "rds", "generate-db-auth-token", ...login],
});

const bySender = new Index(
  "messages-by-sender",
  { table: "messages", name: "messages_sender_idx", columns: ["sender_id"] },
  { provider: database },
);

export const { definition, valid } = bySender;
