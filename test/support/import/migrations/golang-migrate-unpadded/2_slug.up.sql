ALTER INDEX teams_slug RENAME TO teams_slug_old;
CREATE UNIQUE INDEX teams_slug ON teams (slug) WHERE deleted_at IS NULL;
