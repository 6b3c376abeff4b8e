DROP FUNCTION hot(int, timestamp) CASCADE;
ALTER TABLE member DROP COLUMN email;
ALTER TABLE topic RENAME COLUMN published TO published_at;
ALTER TABLE topic_vote RENAME COLUMN liked TO voted_at;
ALTER TABLE member RENAME TO person;
