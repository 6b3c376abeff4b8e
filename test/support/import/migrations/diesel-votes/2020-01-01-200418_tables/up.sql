CREATE TABLE topic (id serial PRIMARY KEY, title text NOT NULL, url text, published timestamp NOT NULL, hot float8, kind_hot int);
CREATE TABLE member (id serial PRIMARY KEY, name text NOT NULL, email text, published timestamp NOT NULL);
CREATE UNIQUE INDEX idx_member_email_lower ON member (lower(email));
CREATE INDEX idx_member_published ON member (published DESC);
CREATE VIEW topic_view AS SELECT t.*, m.name FROM topic t JOIN member m ON m.id = t.kind_hot;
CREATE MATERIALIZED VIEW topic_mview AS SELECT * FROM topic_view;
CREATE UNIQUE INDEX idx_topic_mview_id ON topic_mview (id);
