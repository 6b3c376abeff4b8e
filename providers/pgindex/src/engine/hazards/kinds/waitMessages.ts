import type { HazardKinds } from "./hazardKind";

const CONCURRENTLY = "sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY";
const ACTIVITY = "pg_stat_activity and pg_locks, looked at twice, a second apart";

/** What would stall a build or a drop. */
export const WAIT_KINDS = {
  "old-transaction": {
    severity: "warning",
    action: "warn",
    what: "an open transaction",
    why: "a build waits for it before it scans, after, or at its end; a drop before it drops",
    fix: "end it, or wait until it is done",
    seen: ACTIVITY,
    page: CONCURRENTLY,
  },
  "prepared-transaction": {
    severity: "warning",
    action: "warn",
    inProduction: "deny",
    what: "a prepared transaction that has the table open",
    why: "no session ends it, and it outlives a restart: a build waits for it for ever",
    fix: "COMMIT PREPARED or ROLLBACK PREPARED, as whoever prepared it would",
    seen: "pg_prepared_xacts and pg_locks, looked at twice, a second apart",
    page: "sql-prepare-transaction.html",
  },
  "walsender-snapshot": {
    severity: "warning",
    action: "warn",
    what: "a snapshot that a walsender holds for logical replication",
    why: "while a new subscriber copies tables, a build waits for its snapshot at its end",
    fix: "wait until the copy is done (pg_stat_progress_copy)",
    seen: `${ACTIVITY}; hot_standby_feedback holds no build up`,
    page: "protocol-replication.html",
  },
  "table-busy": {
    severity: "warning",
    action: "warn",
    what: "VACUUM, another build or DDL at work on the table",
    why: "nothing of ours begins before it is done",
    fix: "wait until it is done",
    seen: ACTIVITY,
    page: "explicit-locking.html#LOCKING-TABLES",
  },
  "wraparound-vacuum": {
    severity: "warning",
    action: "warn",
    what: "autovacuum to prevent wraparound, at work on the table",
    why: "it does not yield to a build as other autovacuum does, and reads the whole table",
    fix: "wait until it is done; never cancel it",
    seen: "pg_locks, and pg_stat_activity or the table's age",
    page: "routine-vacuuming.html#VACUUM-FOR-WRAPAROUND",
  },
  "wraparound-near": {
    severity: "warning",
    action: "warn",
    what: "the table is about to be vacuumed to prevent wraparound",
    why: "autovacuum begins in the middle of the build, waits for it, and no VACUUM runs until then",
    fix: "run VACUUM (FREEZE) on the table first",
    seen: "the age of relfrozenxid and relminmxid against autovacuum_freeze_max_age: from 95 % on, of 1 GB and more",
    page: "routine-vacuuming.html#VACUUM-FOR-WRAPAROUND",
  },
  "slot-holds-rows": {
    severity: "warning",
    action: "warn",
    what: "a replication slot keeps dead rows from being removed",
    why: "VACUUM cannot remove them, so a build reads and indexes them too",
    fix: "start the slot's reader, or drop the slot",
    seen:
      "xmin of pg_replication_slots, of a slot that nobody reads or older than a million " +
      "transactions; where a fifth of the table's rows are dead, 1,000 at least",
    page: "view-pg-replication-slots.html",
  },
  "slot-keeps-wal": {
    severity: "warning",
    action: "warn",
    inProduction: "deny",
    what: "a replication slot that nobody reads keeps more WAL than max_wal_size",
    why: "a build adds about the size of its index to it, and a full WAL disk stops the server",
    fix: "start the slot's reader, or drop the slot",
    seen: "pg_replication_slots: not active, wal_status extended or unreserved",
    page: "view-pg-replication-slots.html",
  },
} as const satisfies HazardKinds;
