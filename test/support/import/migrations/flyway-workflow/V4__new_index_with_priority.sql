DROP INDEX IF EXISTS flow.combo_queue_message;

CREATE INDEX combo_queue_message ON flow.queue_message (queue_name,priority,popped,deliver_on,created_on);