BEGIN;
CREATE TABLE teams (id serial PRIMARY KEY, slug text, deleted_at timestamptz);
CREATE UNIQUE INDEX teams_slug ON teams (slug);
COMMIT;
