-- CreateIndex
CREATE UNIQUE INDEX "runs_id_project_id_valid_from_key" ON "runs"("id", "project_id", "valid_from");

-- AlterTable
ALTER TABLE "runs" DROP CONSTRAINT "runs_pkey",
ADD CONSTRAINT "runs_pkey" PRIMARY KEY USING INDEX "runs_id_project_id_valid_from_key";

-- RenameIndex
ALTER INDEX "runs_id_project_id_key" RENAME TO "runs_project_id_id_key";
