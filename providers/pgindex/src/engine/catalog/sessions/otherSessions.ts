import type { Session } from "../../session/session";
import {
  COLUMNS,
  HOLDER_COLUMNS,
  HOLDERS,
  type OtherSession,
  readAged,
} from "../../sight/otherSession";

export { isYieldingAutovacuum, type OtherSession } from "../../sight/otherSession";

/** Lock modes that conflict with SHARE UPDATE EXCLUSIVE, which a concurrent build takes. */
export const BUILD_CONFLICTS: readonly string[] = [
  "ShareUpdateExclusiveLock",
  "ShareLock",
  "ShareRowExclusiveLock",
  "ExclusiveLock",
  "AccessExclusiveLock",
];

/** The one mode that conflicts with reads: catalog functions and the clone wait behind it. */
export const READ_CONFLICTS: readonly string[] = ["AccessExclusiveLock"];

/**
 * Sessions that hold, or queue for, a lock on the table in one of these modes; by default those
 * that conflict with a concurrent build. Every role can read all of `pg_locks` (unlike
 * `pg_stat_progress_create_index`) without owning the table, and, unlike with LOCK TABLE, nobody
 * has to queue behind us.
 */
export async function conflictingSessions(
  session: Session,
  tableOid: number,
  ownPid: number,
  modes: readonly string[] = BUILD_CONFLICTS,
): Promise<OtherSession[]> {
  return readAged(
    session,
    `SELECT DISTINCT ON (l.pid, p.gid) coalesce(l.pid, 0) AS pid, l.mode,
            l.virtualtransaction AS "virtualTransaction", ${HOLDER_COLUMNS}
       FROM ${HOLDERS}
      WHERE l.locktype = 'relation' AND l.relation = $1 AND l.mode = ANY($2)
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.pid IS DISTINCT FROM $3
      ORDER BY l.pid, p.gid, l.granted DESC`,
    [tableOid, modes, ownPid],
  );
}

/**
 * Transactions older than `seconds` that hold any lock on the table or one of its partitions: DROP
 * INDEX CONCURRENTLY waits for all of them. One whose age nobody can tell counts as older.
 */
export async function oldTransactionsOn(
  session: Session,
  tableOid: number,
  seconds: number,
): Promise<OtherSession[]> {
  const found = await readAged<OtherSession>(
    session,
    `SELECT DISTINCT ON (l.pid, p.gid) coalesce(l.pid, 0) AS pid, l.mode,
            l.virtualtransaction AS "virtualTransaction", ${HOLDER_COLUMNS}
       FROM ${HOLDERS}
      WHERE l.locktype = 'relation' AND l.relation = ANY(coalesce(
              (SELECT array_agg(relid::oid) FROM pg_partition_tree($1::int8::oid::regclass)),
              ARRAY[$1::int8::oid]))
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.pid IS DISTINCT FROM pg_backend_pid()
        AND (a.pid IS NULL OR a.backend_type IS NULL
             OR a.xact_start < clock_timestamp() - make_interval(secs => $2))
      ORDER BY l.pid, p.gid`,
    [tableOid, seconds],
  );
  return found.filter((other) => other.pid === 0 || (other.maxAgeSeconds ?? seconds) >= seconds);
}

/**
 * The sessions that the backend `pid` waits for, and those that they wait for in turn: a blocker
 * that itself waits in pg_advisory_lock() is not the real cause. `pg_blocking_pids` returns 0 for a
 * prepared transaction. Omits the querying session, whose snapshot ends with this query.
 */
export async function blockersOf(session: Session, pid: number): Promise<OtherSession[]> {
  return readAged(
    session,
    `WITH direct AS (SELECT DISTINCT unnest(pg_blocking_pids($1)) AS pid),
          behind AS (SELECT DISTINCT unnest(pg_blocking_pids(pid)) AS pid
                       FROM direct WHERE pid <> 0)
     SELECT b.pid, NULL AS mode, ${HOLDER_COLUMNS},
            (SELECT virtualtransaction FROM pg_locks own
              WHERE own.pid = b.pid AND own.locktype = 'virtualxid' AND own.granted
              LIMIT 1) AS "virtualTransaction",
            (SELECT string_agg(DISTINCT o.pid::text, ', ')
               FROM unnest(pg_blocking_pids(b.pid)) AS o(pid)) AS behind
       FROM (SELECT pid FROM direct UNION SELECT pid FROM behind) b
       LEFT JOIN pg_stat_activity a ON a.pid = b.pid
       LEFT JOIN pg_prepared_xacts p ON b.pid = 0 AND p.transaction IN (
         SELECT transactionid FROM pg_locks
          WHERE NOT granted AND (pid = $1 OR pid IN (SELECT pid FROM direct)))
      WHERE b.pid NOT IN ($1, pg_backend_pid())`,
    [pid],
  );
}

/** A session that waits behind us. */
export interface Waiter extends OtherSession {
  /**
   * `relation`: it queues for the table; `virtualxid` and `transactionid`: it waits for our
   * transaction; `advisory`: it waits for the table's key.
   */
  readonly lockType: string;
  /** How many sessions wait behind it in turn. */
  readonly stopped: number;
}

/**
 * Sessions that wait for the backend `pid`. `pg_locks` shows the sessions of every role in full,
 * unlike `pg_stat_activity`. Calls pg_blocking_pids, which is expensive, only for sessions that
 * wait for a lock.
 */
export async function waitersBehind(session: Session, pid: number): Promise<Waiter[]> {
  const since =
    session.serverVersion >= 140000 ? "coalesce(l.waitstart, a.query_start)" : "a.query_start";
  return readAged<Waiter>(
    session,
    `SELECT a.pid, l.mode, l.locktype AS "lockType",
            l.virtualtransaction AS "virtualTransaction", ${COLUMNS},
            extract(epoch FROM clock_timestamp() - ${since})::float8 AS "waitSeconds",
            (SELECT count(DISTINCT o.pid)::int FROM pg_locks o
              WHERE NOT o.granted AND a.pid = ANY(pg_blocking_pids(o.pid))) AS stopped
       FROM (SELECT DISTINCT ON (pid) * FROM pg_locks
              WHERE NOT granted AND pid <> $1 ORDER BY pid) l
       JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE $1 = ANY(pg_blocking_pids(l.pid))`,
    [pid],
  );
}

/** Sessions that hold the session-level advisory lock with these two keys. */
export async function advisoryLockHolders(
  session: Session,
  classId: number,
  key: number,
): Promise<OtherSession[]> {
  return readAged(
    session,
    `SELECT l.pid, l.mode, l.virtualtransaction AS "virtualTransaction", ${COLUMNS}, NULL::float8 AS "waitSeconds"
       FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted
        AND l.classid = $1::int4::oid AND l.objid = $2::int4::oid
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [classId, key],
  );
}
