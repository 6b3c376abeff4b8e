-- Names are the same whatever their case
CREATE UNIQUE INDEX idx_article_name_lower ON article (lower(name));
ALTER TABLE article RENAME TO post;
ALTER TABLE post RENAME COLUMN creator_id TO author_id;
