DROP INDEX IF EXISTS flow.unique_event_run;

CREATE UNIQUE INDEX unique_event_run ON flow.event_run (handler_name,event_name,run_id);