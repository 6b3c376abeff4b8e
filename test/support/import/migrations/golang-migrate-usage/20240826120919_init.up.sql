-- create "grants" table
CREATE TABLE "grants" ("id" character(26) NOT NULL, "namespace" character varying NOT NULL, "owner_id" character(26) NOT NULL, "notes" jsonb NULL, "deleted_at" timestamptz NULL, PRIMARY KEY ("id"));
-- create index "grant_namespace_owner_id" to table: "grants"
CREATE INDEX "grant_namespace_owner_id" ON "grants" ("namespace", "owner_id");
-- create index "grant_id" to table: "grants"
CREATE UNIQUE INDEX "grant_id" ON "grants" ("id");
