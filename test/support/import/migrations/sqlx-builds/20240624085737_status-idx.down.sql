CREATE INDEX runs_took_idx ON runs USING btree (took DESC);
DROP INDEX runs_status_idx;
