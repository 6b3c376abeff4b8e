import type { HazardKinds } from "./hazardKind";

const DEFINITIONS =
  "the definitions of the table's valid indexes, and of those that the program builds";

/** What an index costs, or does not bring. */
export const COST_KINDS = {
  "same-index": {
    severity: "warning",
    action: "warn",
    inProduction: "deny",
    what: "the same index stands under another name",
    why: "every write maintains both, and no query is any faster",
    fix: "declare that one by its name, or drop it",
    seen: DEFINITIONS,
    page: "indexes-multicolumn.html",
  },
  "covered-index": {
    severity: "warning",
    action: "warn",
    what: "an index that stands serves the same queries already",
    why: "every write maintains both",
    fix: "build the new one only if it is to replace that, or to be much smaller",
    seen: DEFINITIONS,
    page: "indexes-multicolumn.html",
  },
  "redundant-index": {
    severity: "info",
    action: "warn",
    what: "the new index makes one that stands needless",
    why: "every write maintains both",
    fix: "drop it once nothing scans it any more",
    seen: DEFINITIONS,
    page: "monitoring-stats.html#MONITORING-PG-STAT-ALL-INDEXES-VIEW",
  },
  "ends-hot-updates": {
    severity: "info",
    action: "warn",
    what: "updates are heap-only (HOT), and those that change the new columns no longer will be",
    why: "such an update writes to every index of the table, and leaves more for VACUUM",
    fix: "leave out what is updated often, if the queries can do without",
    seen: "the table's counters: more than 5 % of at least 1,000 writes; which columns change is not counted",
    page: "storage-hot.html",
  },
  "many-indexes": {
    severity: "warning",
    action: "warn",
    what: "the table has many indexes",
    why:
      "every insert writes to all of them; a query locks all, and 16 relations are what a session " +
      "locks cheaply before PostgreSQL 18",
    fix: "drop those that nothing scans",
    seen: "pg_index: more than 15 with the new one",
    page: "monitoring-stats.html#MONITORING-PG-STAT-ALL-INDEXES-VIEW",
  },
  "large-table": {
    severity: "warning",
    action: "warn",
    what: "a very large table",
    why: "the build reads it twice, and while it runs no VACUUM of the table does",
    fix: "build when little is written; buildWithin limits it",
    seen: "pg_class, as the last VACUUM or ANALYZE left it: 100 GB and more",
    page: "sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY",
  },
  "little-memory": {
    severity: "warning",
    action: "warn",
    what: "maintenance_work_mem is far below what the build needs",
    why:
      "a sort reads and writes everything once more for each merge pass too many; GIN inserts in " +
      "small lots, and a graph that does not fit is built on disk",
    fix: "set buildSettings.maintenanceWorkMem",
    seen:
      "the estimated size: a sort that needs more than one merge pass, GIN beyond eight times the " +
      "memory, what pgvector needs",
    page: "runtime-config-resource.html#GUC-MAINTENANCE-WORK-MEM",
  },
  "replica-lag": {
    severity: "warning",
    action: "warn",
    what: "a standby lags behind",
    why: "a build adds about the size of its index to the WAL that it has to replay",
    fix: "wait until it has caught up",
    seen: "pg_stat_replication (pg_read_all_stats): a minute, or 1 GB",
    page: "monitoring-stats.html#MONITORING-PG-STAT-REPLICATION-VIEW",
  },
  "standby-cancels": {
    severity: "info",
    action: "warn",
    what: "a lock that standbys replay",
    why:
      "a standby replays ACCESS EXCLUSIVE: it waits for queries that use the relation for as long " +
      "as its own max_standby_streaming_delay (30 s if not set), then cancels them",
    fix: "run it when the standbys' queries are short",
    seen:
      "pg_stat_replication has a standby, and a step drops an index or locks the table; the " +
      "standby's setting cannot be seen from the primary",
    page: "hot-standby.html#HOT-STANDBY-CONFLICT",
  },
  "like-collation": {
    severity: "warning",
    action: "warn",
    what: "a served query asks LIKE of a key that the index cannot search by prefix",
    why: "a B-tree finds a prefix only under collation C or with an operator class such as text_pattern_ops",
    fix: 'operatorClass: "text_pattern_ops"',
    seen:
      "the served queries' own text, the key's collation and operator class; nothing is said where " +
      "the pattern may begin with a wildcard",
    page: "indexes-opclass.html",
  },
  "other-collation": {
    severity: "warning",
    action: "warn",
    what: "the key has another collation than its column",
    why: "only a query that writes the same COLLATE uses the index",
    fix: "leave collation out, or write it in the queries too",
    seen: "pg_attribute, and the declared key",
    page: "indexes-collations.html",
  },
} as const satisfies HazardKinds;
