DROP TABLE topic_vote;
