-- +goose Up
CREATE TABLE IF NOT EXISTS model_definitions
(
    name    VARCHAR,
    body    BYTEA NOT NULL,
    version CHAR(20) NOT NULL,
    PRIMARY KEY (name, version)
);

-- +goose Down
DROP TABLE IF EXISTS model_definitions;
