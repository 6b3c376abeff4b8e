CREATE INDEX runs_status_idx ON runs USING btree (status ASC);
DROP INDEX runs_took_idx;
