import * as pulumi from "@pulumi/pulumi";
import { Connection, Index } from "pulumi-pgindex";

const url = new pulumi.Config().requireSecret("databaseUrl");
const database = new Connection("database", { url });

const byConversation = new Index(
  "messages-by-conversation",
  {
    table: "messages",
    name: "messages_conversation_created_idx",
    columns: ["conversation_id", { column: "created_at", order: "desc" }],
  },
  { provider: database },
);

export const definition = byConversation.definition;
