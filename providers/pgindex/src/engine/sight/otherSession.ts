import type { Session } from "../session/session";
import { observeAges } from "./transactionAges";

/** Another session that blocks us, or waits behind us. */
export interface OtherSession {
  /** 0 for a prepared transaction, which has no session. */
  readonly pid: number;
  /** The name of a prepared transaction, by which it can be ended. */
  readonly gid?: string | null;
  readonly user: string | null;
  readonly application: string | null;
  readonly state: string | null;
  readonly backendType: string | null;
  readonly statement: string | null;
  /** Seconds since its transaction began; if that is hidden, since we first saw it. */
  readonly ageSeconds: number | null;
  /** Its transaction is no older than this; Infinity if nobody can tell. */
  readonly maxAgeSeconds?: number;
  /** Our role may not see its type, state, statement and times. */
  readonly isHidden?: boolean;
  /** Identifies its transaction while it is open: `pg_locks.virtualtransaction`. */
  readonly virtualTransaction?: string | null;
  /** As an autovacuum it does not give way. */
  readonly preventsWraparound?: boolean | null;
  /** Seconds that it has waited for a lock; null if it is not waiting. */
  readonly waitSeconds: number | null;
  /** The lock mode that it holds or waits for, if known. */
  readonly mode: string | null;
  /** The pids that it waits for itself. */
  readonly behind?: string | null;
}

/** Autovacuum of a table this old runs to prevent wraparound, and does not yield. */
const IS_NEAR_WRAPAROUND = `EXISTS (
  SELECT FROM pg_locks v JOIN pg_class c ON c.oid = v.relation AND c.relkind IN ('r', 'm', 't')
   WHERE v.pid = a.pid AND v.mode = 'ShareUpdateExclusiveLock'
     AND v.database = (SELECT oid FROM pg_database WHERE datname = current_database())
     AND (age(c.relfrozenxid) > least(current_setting('autovacuum_freeze_max_age')::int,
            (SELECT option_value::int FROM pg_options_to_table(c.reloptions)
              WHERE option_name = 'autovacuum_freeze_max_age'))
          OR mxid_age(c.relminmxid) > least(
            current_setting('autovacuum_multixact_freeze_max_age')::int,
            (SELECT option_value::int FROM pg_options_to_table(c.reloptions)
              WHERE option_name = 'autovacuum_multixact_freeze_max_age'))))`;

/**
 * Without pg_read_all_stats, other roles' rows have neither state, type, statement nor times. An
 * autovacuum worker is the only kind of session with a database and without a user.
 */
const ACTIVITY = `a.application_name AS application, a.state,
  coalesce(a.backend_type, CASE WHEN a.usesysid IS NULL AND a.datid IS NOT NULL
                                THEN 'autovacuum worker' END) AS "backendType",
  left(a.query, 400) AS statement,
  a.pid IS NOT NULL AND a.backend_type IS NULL AS "isHidden",
  CASE WHEN a.backend_type IS NULL AND a.usesysid IS NULL AND a.datid IS NOT NULL
       THEN ${IS_NEAR_WRAPAROUND} END AS "preventsWraparound"`;

export const COLUMNS = `
  a.usename AS user, ${ACTIVITY},
  extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS "ageSeconds"`;

/** As {@link COLUMNS}, where the session can be a prepared transaction, `p`. */
export const HOLDER_COLUMNS = `
  p.gid, coalesce(a.usename, p.owner) AS user, ${ACTIVITY},
  extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, p.prepared))::float8
    AS "ageSeconds",
  NULL::float8 AS "waitSeconds"`;

/**
 * The locks of a prepared transaction have no pid. The lock that it holds on its own transaction ID
 * identifies it.
 */
export const HOLDERS = `pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
       LEFT JOIN pg_locks own ON l.pid IS NULL AND own.pid IS NULL
                             AND own.locktype = 'transactionid' AND own.granted
                             AND own.virtualtransaction = l.virtualtransaction
       LEFT JOIN pg_prepared_xacts p ON p.transaction = own.transactionid`;

/** Ordinary autovacuum yields to a queued build; one to prevent wraparound does not. */
export function isYieldingAutovacuum(other: OtherSession): boolean {
  return other.backendType === "autovacuum worker" && !preventsWraparound(other);
}

function preventsWraparound(other: OtherSession): boolean {
  return other.preventsWraparound || /to prevent wraparound/.test(other.statement ?? "");
}

/** Reads sessions, with the ages that we have observed where the server hides them. */
export async function readAged<Row extends OtherSession>(
  session: Session,
  sql: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const rows = await session.queryAsLogin<Row>(sql, values);
  if (!rows.some(({ isHidden }) => isHidden)) return rows.map(withKnownAge);
  const ageOf = await observeAges(session);
  return rows.map((row) => {
    if (!row.isHidden) return withKnownAge(row);
    const { atLeast, atMost } = ageOf(row.virtualTransaction);
    return { ...row, ageSeconds: atLeast, maxAgeSeconds: atMost };
  });
}

function withKnownAge<Row extends OtherSession>(row: Row): Row {
  return { ...row, maxAgeSeconds: row.ageSeconds ?? undefined };
}
