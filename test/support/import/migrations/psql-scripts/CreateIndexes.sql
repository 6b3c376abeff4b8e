\set ON_ERROR_STOP 1
BEGIN;

CREATE INDEX disc_idx_release_position ON disc (release, position);
CREATE INDEX disc_idx_name ON disc (lower(name));
CREATE UNIQUE INDEX disc_idx_uniq ON disc (release, position, coalesce(name, ''));

COMMIT;
\echo done: it's there
