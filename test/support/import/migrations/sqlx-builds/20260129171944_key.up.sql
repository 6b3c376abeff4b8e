ALTER TABLE runs RENAME COLUMN book_id TO rid;
CREATE INDEX runs_error_idx ON runs USING btree (status) INCLUDE (took) WHERE status <> 'ok';
