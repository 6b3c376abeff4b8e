ALTER TABLE runs RENAME COLUMN rid TO book_id;
DROP INDEX runs_error_idx;
