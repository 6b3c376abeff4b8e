-- Kept as it was written by hand, and never run by this project: it is not safe.
-- * A build that fails or is cancelled leaves an INVALID index, which every write maintains and no
--   read uses. IF NOT EXISTS sees only its name: the second run reports success and builds nothing.
-- * Each build waits for every older transaction on the table, without limit. One session left
--   idle in transaction stalls it for ever.
-- * With a lock_timeout or statement_timeout set on the server, ordinary traffic is enough to
--   cancel a build half-way.
-- * Drizzle does not learn of it: drizzle-kit migrate would still run 0013, without CONCURRENTLY.

CREATE INDEX CONCURRENTLY IF NOT EXISTS "conversation_states_patient_active_expires_idx"
  ON "conversation_states" USING btree ("patient_id", "is_active", "expires_at");

CREATE INDEX CONCURRENTLY IF NOT EXISTS "conversation_messages_state_created_idx"
  ON "conversation_messages" USING btree ("conversation_state_id", "created_at");
