\set ON_ERROR_STOP 1
BEGIN;

CREATE TABLE disc ( -- replicate
    id                  SERIAL, -- PK
    release             INTEGER NOT NULL,
    position            INTEGER NOT NULL,
    name                VARCHAR
);

COMMIT;
-- vi: set ts=4 sw=4 et :
