CREATE TABLE messages (id uuid NOT NULL, stream text, position bigint, meta jsonb);

DROP INDEX CONCURRENTLY IF EXISTS "messages_id_uniq_idx";

CREATE UNIQUE INDEX "messages_id_uniq_idx" ON "public"."messages"
  USING btree(id ASC NULLS LAST);

CREATE INDEX messages_category ON messages (split_part(stream, '-', 1), position)
