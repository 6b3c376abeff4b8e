/**
 * A function for an expression: stops a build in the middle of its scan for as long as somebody
 * holds the advisory lock 77.
 */
export const SLOWLY = `CREATE FUNCTION slowly(v int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_advisory_xact_lock_shared(77); RETURN v; END $$`;

export const STOP = ["BEGIN", "SELECT pg_advisory_xact_lock(77)"] as const;
