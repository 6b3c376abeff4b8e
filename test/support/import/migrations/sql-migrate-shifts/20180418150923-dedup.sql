-- +migrate Up

ALTER TABLE shifts
    DROP COLUMN dedup_key; -- drops the dependent index
DROP INDEX idx_team;

-- +migrate StatementBegin
CREATE FUNCTION fn_touch() RETURNS trigger AS $$
BEGIN
    NEW.sent := true;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;
-- +migrate StatementEnd

-- +migrate Down

ALTER TABLE shifts ADD COLUMN dedup_key text;
CREATE INDEX idx_team ON shifts (team_id);
CREATE UNIQUE INDEX idx_dedup_shifts ON shifts (dedup_key);
