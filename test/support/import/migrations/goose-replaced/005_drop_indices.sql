-- +goose NO TRANSACTION
-- a comment above of Up

-- +goose Up

ALTER TABLE fact
    DROP CONSTRAINT fact_pkey,
    ADD PRIMARY KEY (shop, kind, item_id, relation, _user, user_type);

-- +goose StatementBegin
DROP INDEX CONCURRENTLY idx_fact_partial_set;
-- +goose StatementEnd

-- +goose Down

CREATE INDEX idx_fact_partial_set ON fact (shop, kind, item_id, relation, _user) WHERE user_type = 'set';

ALTER TABLE fact
    DROP CONSTRAINT fact_pkey,
    ADD PRIMARY KEY (shop, kind, item_id, relation, _user);