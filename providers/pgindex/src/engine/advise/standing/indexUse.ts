import { OWN_CONSTRAINT } from "../../catalog/indexQuery";
import { splitComment } from "../../declare/ownershipMark";
import { COUNTERS_SINCE } from "../../scans/countersSince";
import { readLedgers } from "../../scans/scanLedger";
import { type DatabaseIdentity, readDatabaseIdentity } from "../../session/databaseIdentity";
import { onlyRow } from "../../session/query";
import type { Session } from "../../session/session";
import { IS_ASKED_SCHEMA } from "../ownSchemas";

/** An index with its parts, and how often one server has scanned it. */
export interface IndexUse {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  readonly sizeBytes: number;
  readonly definition: string;
  readonly scans: number;
  /** Scans of its table's indexes that were measurements of pgindex; null if that cannot be read. */
  readonly measuredScans: number | null;
  /** Null before PostgreSQL 16, or if there was none. */
  readonly lastScan: Date | null;
  /** What needs it without scanning it; null if nothing does. */
  readonly neededFor: string | null;
  /** Foreign keys of its table by which it finds the rows that refer to one. */
  readonly foreignKeys: readonly string[];
  readonly hasExpression: boolean;
  /** Of the resource that manages it: `app/production, messages-index`. */
  readonly owner: string | null;
}

/** One server's counters. */
export interface ServerUse {
  readonly now: Date;
  /** Since when they count. */
  readonly since: Date | null;
  readonly isStandby: boolean;
  readonly identity: DatabaseIdentity;
  /** Standbys that are attached. */
  readonly standbys: number;
  readonly indexes: readonly IndexUse[];
}

/** `OFFSET 0`: the server expects a thousand partitions, and would join the counters of all indexes. */
const USE = `
SELECT c.oid::int8::float8 AS oid, n.nspname AS schema, c.relname AS name, t.relname AS table,
       pg_get_indexdef(c.oid) AS definition, u."sizeBytes", u.scans, u."lastScan",
       coalesce(pg_partition_root(t.oid)::oid, t.oid)::int8::float8 AS "rootTable",
       obj_description(c.oid, 'pg_class') AS comment, i.indexprs IS NOT NULL AS "hasExpression",
       CASE WHEN con.conname IS NOT NULL THEN 'the constraint ' || con.conname
            WHEN i.indisunique THEN 'the uniqueness of its rows'
            WHEN i.indisreplident THEN 'the replica identity of ' || t.relname
            WHEN i.indisclustered THEN 'CLUSTER, which orders ' || t.relname || ' by it'
       END AS "neededFor",
       ARRAY(SELECT k.conname::text FROM pg_constraint k
              WHERE k.conrelid = i.indrelid AND k.contype = 'f' AND i.indpred IS NULL
                AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
              ORDER BY 1) AS "foreignKeys"
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  ${OWN_CONSTRAINT}
 CROSS JOIN LATERAL (
   SELECT coalesce(sum(s.idx_scan), 0)::float8 AS scans,
          max((to_jsonb(s) ->> 'last_idx_scan')::timestamptz) AS "lastScan",
          coalesce(sum(pg_relation_size(part.oid)), 0)::float8 AS "sizeBytes"
     FROM (SELECT c.oid UNION SELECT relid FROM pg_partition_tree(c.oid)) AS part (oid)
     LEFT JOIN LATERAL (
          SELECT * FROM pg_stat_all_indexes WHERE indexrelid = part.oid OFFSET 0) AS s ON true) AS u
 WHERE i.indisvalid AND c.relkind IN ('i', 'I') AND t.relkind IN ('r', 'p', 'm')
   AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid)
   AND ${IS_ASKED_SCHEMA}
 ORDER BY u."sizeBytes" DESC, 2, 3`;

const SERVER = `
SELECT clock_timestamp() AS now, pg_is_in_recovery() AS "isStandby",
       ${COUNTERS_SINCE} AS since,
       (SELECT count(*) FROM pg_stat_replication r LEFT JOIN pg_replication_slots s ON s.active_pid = r.pid
         WHERE coalesce(s.slot_type, 'physical') = 'physical')::float8 AS standbys`;

type Row = Omit<IndexUse, "owner" | "measuredScans"> & {
  readonly comment: string | null;
  readonly rootTable: number;
};

/** Reads the counters of every index, or of those in the schemas. The search_path is empty. */
export async function readUse(session: Session, schemas?: readonly string[]): Promise<ServerUse> {
  const rows = await session.query<Row>(USE, [schemas ?? null]);
  const measured = await readLedgers(session);
  const server = onlyRow(await session.query<Omit<ServerUse, "indexes" | "identity">>(SERVER));
  const indexes = rows.map(({ comment, rootTable, ...row }) => ({
    ...row,
    measuredScans: measured(rootTable),
    owner: splitComment(comment).mark?.label ?? null,
  }));
  return { ...server, identity: await readDatabaseIdentity(session), indexes };
}
