-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_user_lookup on fact (
    shop,
    _user,
    relation,
    kind,
    item_id collate "C"
);

DROP INDEX IF EXISTS idx_reverse_user;

-- +goose Down
DROP INDEX IF EXISTS idx_user_lookup;

CREATE INDEX idx_reverse_user on fact (shop, kind, relation, _user);
