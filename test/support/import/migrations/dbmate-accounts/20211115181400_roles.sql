-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY people_role_idx ON acct.people ("role") WHERE email IS NOT NULL;

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY acct.people_role_idx;
