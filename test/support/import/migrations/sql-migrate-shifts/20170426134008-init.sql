-- +migrate Up

CREATE TABLE shifts (id bigserial PRIMARY KEY, team_id uuid, dedup_key text, closed_at timestamptz, sent boolean);
CREATE UNIQUE INDEX idx_dedup_shifts ON shifts (dedup_key);
CREATE INDEX ON shifts (team_id, closed_at);
CREATE INDEX ON shifts (closed_at) WHERE sent;
CREATE INDEX idx_team ON shifts (team_id);

-- +migrate Down

DROP TABLE shifts;
