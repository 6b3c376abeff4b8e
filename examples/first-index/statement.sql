CREATE INDEX CONCURRENTLY "messages_conversation_created_idx" ON "public"."messages"
  USING "btree" ("conversation_id", "created_at" DESC)
