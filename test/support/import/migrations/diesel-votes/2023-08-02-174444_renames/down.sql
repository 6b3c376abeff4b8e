ALTER TABLE person RENAME TO member;
