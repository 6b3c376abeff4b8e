import { Index } from "pulumi-pgindex";

// No Connection and no URL: the stack's secret pgindex:databaseUrl says where, else DATABASE_URL.
const byConversation = new Index("messages-by-conversation", {
  table: "messages",
  name: "messages_conversation_created_idx",
  columns: ["conversation_id", { column: "created_at", order: "desc" }],
  serves: [
    {
      name: "a conversation's newest",
      sql: "SELECT * FROM messages WHERE conversation_id = $1 ORDER BY created_at DESC LIMIT 50",
      values: [7],
    },
  ],
});

export const { definition, valid } = byConversation;
