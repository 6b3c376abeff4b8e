-- no longer needed if the primary key has both
DROP INDEX IF EXISTS flow.unique_queue_message;

ALTER TABLE flow.queue_message DROP CONSTRAINT IF EXISTS queue_message_pkey;
ALTER TABLE flow.queue_message DROP COLUMN IF EXISTS id;
ALTER TABLE flow.queue_message ADD PRIMARY KEY (queue_name, message_id);
