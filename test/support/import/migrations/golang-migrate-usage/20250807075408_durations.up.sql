-- create index "grant_notes" to table: "grants"
CREATE INDEX "grant_notes" ON "grants" USING gin ("notes");

CREATE OR REPLACE FUNCTION om_set_durations(size integer) RETURNS void AS $$
BEGIN
    CREATE TEMP TABLE calculated ON COMMIT DROP AS SELECT id FROM grants LIMIT size;
    UPDATE grants SET notes = '{}' FROM calculated WHERE calculated.id = grants.id;
    DROP TABLE calculated;
END;
$$ LANGUAGE plpgsql VOLATILE;

SELECT om_set_durations(2000);
