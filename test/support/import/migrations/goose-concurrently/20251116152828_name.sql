-- +goose Up
-- +goose NO TRANSACTION

-- an index cannot be created concurrently inside a transaction block
CREATE INDEX CONCURRENTLY idx_model_name ON model_definitions (name);

-- +goose Down
-- +goose StatementBegin
SELECT 'down SQL query';
-- +goose StatementEnd
