-- no-transaction
CREATE INDEX CONCURRENTLY logins_username_trgm_idx
  ON logins USING gin(username gin_trgm_ops);
