-- reverse: create index "grant_id" to table: "grants"
DROP INDEX "grant_id";
-- reverse: create "grants" table
DROP TABLE "grants";
