DROP INDEX IF EXISTS teams_slug_old;
