-- no-transaction
-- Look usernames up whatever their case.
CREATE INDEX CONCURRENTLY logins_lower_username_idx
    ON logins (LOWER(username));
