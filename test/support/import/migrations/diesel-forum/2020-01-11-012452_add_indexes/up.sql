-- Go through all the joins
CREATE INDEX idx_article_creator ON article (creator_id);

CREATE INDEX idx_article_like_article ON article_like (article_id);

CREATE INDEX idx_article_like_user ON article_like (user_id);
