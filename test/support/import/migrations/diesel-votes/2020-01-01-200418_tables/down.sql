DROP TABLE topic, member CASCADE;
