-- RenameIndex
ALTER INDEX "Project_teamId_title_key" RENAME TO "project_team_title";
