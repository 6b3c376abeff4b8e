-- DropIndex
DROP INDEX "runs_name_idx";

-- CreateIndex
CREATE INDEX CONCURRENTLY "runs_project_id_idx" ON "runs" USING HASH ("project_id");
