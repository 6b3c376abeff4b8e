-- +migrate Up notransaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS shifts_closed_date_idx ON shifts (DATE(closed_at AT TIME ZONE 'UTC' ) ASC);

-- +migrate Down notransaction
DROP INDEX CONCURRENTLY IF EXISTS shifts_closed_date_idx;
