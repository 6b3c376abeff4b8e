-- +migrate Up
CREATE INDEX entries_by_sponsor ON ledger_entries USING BTREE(sponsor);
CREATE INDEX entries_by_amount ON ledger_entries USING BRIN (amount) WITH (pages_per_range = 64);

-- +migrate Down
DROP INDEX entries_by_sponsor;
