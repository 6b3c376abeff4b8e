-- +migrate Up
ALTER TABLE ledger_entries ADD COLUMN entry_hash_prefix bigint NULL;
CREATE INDEX entry_hash_prefix on ledger_entries (entry_hash_prefix);
DROP INDEX by_hash;
UPDATE ledger_entries SET entry_hash_prefix = ('x' || lpad(entry_hash, 16, '0'))::bit(64)::bigint;

-- +migrate Down
CREATE INDEX by_hash ON ledger_entries USING btree (entry_hash);
DROP INDEX entry_hash_prefix;
ALTER TABLE ledger_entries DROP COLUMN entry_hash_prefix;