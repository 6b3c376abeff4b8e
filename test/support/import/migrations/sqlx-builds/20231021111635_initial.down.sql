DROP TABLE runs, books;
DROP FUNCTION normal_name(text);
