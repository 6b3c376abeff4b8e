-- +migrate Up

CREATE TABLE ledger_entries (
    id character varying(64) NOT NULL, -- in HEX
    entry_hash character varying(64) NOT NULL,
    asset text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    sponsor character varying(56),
    PRIMARY KEY (id)
);
CREATE INDEX by_hash ON ledger_entries USING btree (entry_hash);
CREATE INDEX entries_by_asset ON ledger_entries USING BTREE(asset);

-- +migrate Down

DROP TABLE ledger_entries cascade;