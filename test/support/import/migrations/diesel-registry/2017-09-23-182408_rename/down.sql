ALTER TABLE packages RENAME COLUMN title TO name;
