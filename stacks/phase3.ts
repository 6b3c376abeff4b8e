import type { IndexArgs, ServedQuery } from "pulumi-pgindex";

/** All active conversations of a patient: 200 ms before, under 10 ms promised. */
const activeConversations: ServedQuery = {
  name: "active conversation lookup",
  sql:
    "SELECT * FROM conversation_states " +
    "WHERE patient_id = $1 AND is_active = true AND expires_at > now()",
  sample:
    "SELECT patient_id FROM conversation_states " +
    "WHERE is_active AND expires_at > now() ORDER BY id LIMIT 5",
  expect: { planTypes: ["Index Scan"], maximumMs: 10 },
};

/** The messages of a conversation, newest first: 150 ms before, under 5 ms promised. */
const messageHistory: ServedQuery = {
  name: "message history",
  sql:
    "SELECT * FROM conversation_messages " +
    "WHERE conversation_state_id = $1 ORDER BY created_at DESC",
  sample: "SELECT id FROM conversation_states WHERE is_active ORDER BY id LIMIT 5",
  expect: { planTypes: ["Index Scan"], maximumMs: 5 },
};

/** What the clean-up job removes for one conversation: the expired state and its messages. */
const cleanUp: ServedQuery = {
  name: "clean-up of one conversation",
  sql: `SELECT s.id AS conversation_state_id, m.id AS message_id
          FROM conversation_states s
          LEFT JOIN conversation_messages m ON m.conversation_state_id = s.id
         WHERE s.id = $1 AND s.expires_at <= now()`,
  sample: "SELECT id FROM conversation_states WHERE expires_at <= now() ORDER BY id LIMIT 5",
  expect: { maximumMs: 5_000 },
};

/** Drizzle's name for the migration. */
export const migration = "0013_sticky_skreet";

/** The migration's indexes, in build order; rollback is in reverse. */
export const indexes = {
  states: {
    table: "conversation_states",
    name: "conversation_states_patient_active_expires_idx",
    columns: ["patient_id", "is_active", "expires_at"],
    serves: [activeConversations],
  },
  messages: {
    table: "conversation_messages",
    name: "conversation_messages_state_created_idx",
    columns: ["conversation_state_id", "created_at"],
    serves: [messageHistory, cleanUp],
  },
} satisfies Record<string, IndexArgs>;
