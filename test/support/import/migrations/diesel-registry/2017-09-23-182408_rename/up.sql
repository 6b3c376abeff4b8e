ALTER INDEX index_packages_name RENAME TO packages_canon_name;
ALTER TABLE packages RENAME COLUMN name TO title;
