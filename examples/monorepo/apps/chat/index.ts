import { Index } from "pulumi-pgindex";
import { bySender } from "../../indexes";

new Index("by-sender", bySender);
new Index("by-conversation", {
  table: "messages",
  name: "messages_conversation_idx",
  columns: ["conversation_id"],
});
