CREATE OR REPLACE VIEW flow.waiting AS SELECT queue_name FROM flow.queue_message;
DROP MATERIALIZED VIEW IF EXISTS flow.load;
CREATE MATERIALIZED VIEW flow.load AS SELECT queue_name, count(*) AS messages FROM flow.queue_message GROUP BY 1;
CREATE UNIQUE INDEX load_queue ON flow.load (queue_name);
