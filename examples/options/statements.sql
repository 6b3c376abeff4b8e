CREATE UNIQUE INDEX CONCURRENTLY "accounts_email_key" ON "public"."accounts"
  USING "btree" ((lower(email))) WHERE (deleted_at IS NULL)
CREATE INDEX CONCURRENTLY "messages_headers_idx" ON "mail"."messages"
  USING "gin" ("headers" "jsonb_path_ops")
CREATE INDEX CONCURRENTLY "messages_inbox_idx" ON "mail"."messages"
  USING "btree" ("account_id", "read_at" DESC NULLS LAST) INCLUDE ("subject") WITH ("fillfactor" = '90')
