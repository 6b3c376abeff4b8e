-- CreateTable
CREATE TABLE "runs" (
    "id" TEXT NOT NULL,
    "project_id" TEXT NOT NULL,
    "name" TEXT,
    "valid_from" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "runs_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX  "runs_name_idx" ON "runs"("name");

-- CreateIndex
CREATE UNIQUE INDEX "runs_id_project_id_key" ON "runs"("id", "project_id");
