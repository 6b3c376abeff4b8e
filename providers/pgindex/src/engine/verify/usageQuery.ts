import { COUNTERS_SINCE } from "../scans/countersSince";

/**
 * Each index with its partitions' indexes. Uses to_jsonb because `last_idx_scan` exists from 16 on,
 * and `OFFSET 0` because the server would join the counters of all indexes for one.
 */
const usageQuery = (which: string) => `
WITH RECURSIVE tree (root, oid) AS (
  SELECT c.oid, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('i', 'I') AND ${which}
   UNION ALL
  SELECT tree.root, i.inhrelid FROM pg_inherits i JOIN tree ON i.inhparent = tree.oid)
SELECT n.nspname AS schema, c.relname AS name, used.* FROM (
  SELECT tree.root,
         coalesce(sum(s.idx_scan), 0)::float8 AS scans,
         coalesce(sum(s.idx_tup_read), 0)::float8 AS "tuplesRead",
         coalesce(sum(s.idx_tup_fetch), 0)::float8 AS "tuplesFetched",
         max((to_jsonb(s) ->> 'last_idx_scan')::timestamptz) AS "lastScan",
         sum(pg_relation_size(tree.oid))::float8 AS "sizeBytes",
         max(d.stats_reset) AS "statsReset",
         ${COUNTERS_SINCE} AS "countersSince",
         bool_or(i.indisunique OR i.indisexclusion OR i.indisreplident) AS enforces
    FROM tree JOIN pg_index i ON i.indexrelid = tree.oid
    LEFT JOIN LATERAL (
         SELECT * FROM pg_stat_all_indexes WHERE indexrelid = tree.oid OFFSET 0) AS s ON true
    LEFT JOIN pg_stat_database d ON d.datname = current_database()
   GROUP BY tree.root) used
  JOIN pg_class c ON c.oid = used.root JOIN pg_namespace n ON n.oid = c.relnamespace`;

/** `$1` schema, `$2` name. */
export const ONE_USAGE = usageQuery("n.nspname = $1 AND c.relname = $2");
export const ALL_USAGES = usageQuery("c.oid >= 16384 AND n.nspname <> 'pg_toast'");
