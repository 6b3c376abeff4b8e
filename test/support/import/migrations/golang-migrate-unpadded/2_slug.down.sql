DROP INDEX teams_slug;
ALTER INDEX teams_slug_old RENAME TO teams_slug;
