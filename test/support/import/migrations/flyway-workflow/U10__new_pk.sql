ALTER TABLE flow.queue_message ADD COLUMN id SERIAL;
CREATE UNIQUE INDEX unique_queue_message ON flow.queue_message (queue_name,message_id);
