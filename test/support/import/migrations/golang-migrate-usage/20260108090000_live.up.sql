-- drop index "grant_namespace_owner_id" from table: "grants"
DROP INDEX "grant_namespace_owner_id";
-- create index "grant_namespace_owner_id_live" to table: "grants"
CREATE UNIQUE INDEX "grant_namespace_owner_id_live" ON "grants" ("namespace", "owner_id") WHERE (deleted_at IS NULL);
