-- +goose Up
CREATE TABLE fact (
    shop TEXT NOT NULL,
    kind TEXT NOT NULL,
    item_id TEXT NOT NULL,
    relation TEXT NOT NULL,
    _user TEXT NOT NULL,
    user_type TEXT NOT NULL,
    PRIMARY KEY (shop, kind, item_id, relation, _user)
);
CREATE INDEX idx_fact_partial_user ON fact (shop, kind, item_id, relation, _user) WHERE user_type = 'user';
CREATE INDEX idx_fact_partial_set ON fact (shop, kind, item_id, relation, _user) WHERE user_type = 'set';
CREATE INDEX idx_reverse_user ON fact (shop, kind, relation, _user);

-- +goose Down
DROP TABLE fact;
