ALTER TABLE post RENAME TO article;
DROP INDEX idx_article_name_lower;
