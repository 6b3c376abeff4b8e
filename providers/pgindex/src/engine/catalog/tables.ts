import type { Session } from "../session/session";
import type { LiveTable } from "./liveIndex";

/**
 * `pg_class.relkind`: the letters that matter to an index
 * (https://www.postgresql.org/docs/current/catalog-pg-class.html).
 */
const RELATION_KINDS: Readonly<Record<string, string>> = {
  r: "table",
  p: "partitioned table",
  m: "materialized view",
  v: "view",
  f: "foreign table",
  i: "index",
  I: "partitioned index",
  S: "sequence",
  c: "composite type",
  t: "TOAST table",
};

/** The name of a relation kind, or the letter itself if it is not listed. */
export function relationKind(letter: string): string {
  return RELATION_KINDS[letter] ?? letter;
}

/**
 * Relations with a lower OID are PostgreSQL's own, on which it lets nobody create an index
 * (FirstUnpinnedObjectId in access/transam.h).
 */
const FIRST_USER_OID = 12000;

/**
 * Reads the table of an index; undefined if it does not exist. Takes no lock on the table:
 * `pg_table_size` could wait for one unnoticed.
 */
export async function readTable(
  session: Session,
  id: { readonly schema: string; readonly table: string },
): Promise<LiveTable | undefined> {
  const [row] = await session.query<LiveTable>(
    `SELECT c.oid::int8::float8 AS oid,
            CASE WHEN c.oid < ${FIRST_USER_OID} THEN 'system table'
                 ELSE c.relkind::text END AS kind,
            c.reltuples::float8 AS rows,
            (CASE WHEN c.relkind = 'p' THEN (
               WITH RECURSIVE tree AS (
                 SELECT inhrelid FROM pg_inherits WHERE inhparent = c.oid
                 UNION ALL
                 SELECT i.inhrelid FROM pg_inherits i JOIN tree ON i.inhparent = tree.inhrelid)
               SELECT coalesce(sum(p.relpages), 0)
                 FROM pg_class p JOIN tree ON tree.inhrelid = p.oid)
             ELSE c.relpages END) * current_setting('block_size')::float8 AS "sizeBytes"
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2`,
    [id.schema, id.table],
  );
  return row && { ...row, kind: relationKind(row.kind) };
}
