/*
  Warnings:

  - You are about to drop the column `ownerId` on the `Project` table. All the data in the column will be lost.

*/
-- DropIndex
DROP INDEX "Project_title_key";

-- AlterTable
ALTER TABLE "Project" DROP COLUMN "ownerId",
ADD COLUMN     "teamId" INTEGER;

-- CreateIndex
CREATE INDEX "Project_tags_idx" ON "Project" USING GIN ("tags");

-- CreateIndex
CREATE UNIQUE INDEX "Project_teamId_title_key" ON "public"."Project"("teamId", "title");
