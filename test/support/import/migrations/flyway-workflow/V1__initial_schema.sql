CREATE SCHEMA IF NOT EXISTS flow;
CREATE TABLE flow.event_run (
  id SERIAL,
  handler_name varchar(255) NOT NULL,
  event_name varchar(255) NOT NULL,
  message_id varchar(255) NOT NULL,
  run_id varchar(255) NOT NULL,
  json_data TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX unique_event_run ON flow.event_run (handler_name,event_name,message_id);

CREATE TABLE flow.queue_message (
  id SERIAL,
  queue_name varchar(255) NOT NULL,
  message_id varchar(255) NOT NULL,
  popped boolean DEFAULT false,
  deliver_on timestamp,
  created_on timestamp,
  priority integer DEFAULT 0,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX unique_queue_message ON flow.queue_message (queue_name,message_id);
CREATE INDEX combo_queue_message ON flow.queue_message (queue_name,popped,deliver_on,created_on);
