import type { IndexArgs } from "pulumi-pgindex";

/** Both apps search by sender, each in its own database. */
export const bySender: IndexArgs = {
  table: "messages",
  name: "messages_sender_idx",
  columns: ["sender_id"],
};
