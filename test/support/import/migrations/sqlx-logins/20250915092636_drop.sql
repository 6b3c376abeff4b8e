-- no-transaction
DROP INDEX CONCURRENTLY IF EXISTS logins_username;
