DROP VIEW topic_view CASCADE;

CREATE FUNCTION hot(score int, at timestamp) RETURNS float8 AS $$
    SELECT score / (1 + extract(epoch FROM at))::float8
$$ LANGUAGE SQL IMMUTABLE;

CREATE TABLE topic_vote (topic_id int, member_id int, liked timestamp, is_up boolean);
CREATE INDEX idx_topic_rank ON topic (hot DESC, published DESC) WHERE hot <> 0;
CREATE INDEX idx_topic_day ON topic (date_trunc('day', published), title);
CREATE INDEX idx_vote_liked ON topic_vote (member_id, topic_id) WHERE liked IS NOT NULL OR is_up IS NOT NULL;
