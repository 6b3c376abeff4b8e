CREATE UNIQUE INDEX teams_slug_old ON teams (slug);
