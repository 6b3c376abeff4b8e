import type { Session } from "../../session/session";
import {
  COLUMNS,
  HOLDER_COLUMNS,
  HOLDERS,
  type OtherSession,
  readAged,
} from "../../sight/otherSession";

/** An open transaction, and one lock that it has. */
export interface LockHolder extends OtherSession {
  readonly mode: string;
  /** `schema.name` of the table. */
  readonly relation: string;
  readonly tableOid: number;
  readonly isGranted: boolean;
}

/** Every lock on the tables that somebody else holds or queues for: a row each. */
export async function locksOn(
  session: Session,
  tableOids: readonly number[],
): Promise<LockHolder[]> {
  return readAged<LockHolder>(
    session,
    `${LOCKS} AND l.relation::int8 = ANY($1::int8[]) ORDER BY pid`,
    [tableOids],
  );
}

const LOCKS = `
SELECT DISTINCT coalesce(l.pid, 0) AS pid, l.mode, l.granted AS "isGranted",
       l.virtualtransaction AS "virtualTransaction",
       l.relation::regclass::text AS relation, l.relation::int8::float8 AS "tableOid",
       ${HOLDER_COLUMNS}
  FROM ${HOLDERS}
 WHERE l.locktype = 'relation'
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND l.pid IS DISTINCT FROM pg_backend_pid()`;

/** As {@link locksOn}, of every table that is not PostgreSQL's own. */
export function allLocks(session: Session): Promise<LockHolder[]> {
  return readAged<LockHolder>(session, `${LOCKS} AND l.relation >= 16384 ORDER BY pid`, []);
}

/**
 * Transactions of this database that have a snapshot: a concurrent build waits for them at its end,
 * whatever they have touched. Of another role's session it may be hidden whether it has one.
 * The walsender of a standby is in no transaction, whatever hot_standby_feedback says.
 */
export function snapshotHolders(session: Session): Promise<OtherSession[]> {
  return readAged<OtherSession>(
    session,
    `SELECT a.pid, NULL AS mode, own.virtualtransaction AS "virtualTransaction", ${COLUMNS},
            NULL::float8 AS "waitSeconds"
       FROM pg_stat_activity a
       JOIN pg_locks own ON own.pid = a.pid AND own.locktype = 'virtualxid' AND own.granted
      WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
        AND a.usesysid IS NOT NULL
        AND (a.backend_type IS NULL
             OR a.backend_xmin IS NOT NULL AND (a.backend_type IN ('client backend', 'walsender')
             OR a.backend_type LIKE 'logical replication%'))
      ORDER BY a.pid`,
    [],
  );
}
