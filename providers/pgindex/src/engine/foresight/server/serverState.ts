import { onlyRow } from "../../session/query";
import type { Session } from "../../session/session";

/** What of the whole server concerns a build: one query, whatever is built. */
export interface ServerState {
  /** `maintenance_work_mem`, in bytes. */
  readonly maintenanceBytes: number;
  readonly slots: readonly ReplicationSlot[];
  /** Servers that replay our WAL. */
  readonly standbys: readonly Standby[];
}

export interface ReplicationSlot {
  readonly name: string;
  readonly isActive: boolean;
  /** `pg_replication_slots.wal_status` */
  readonly walStatus: string | null;
  /** WAL that the server keeps for it. */
  readonly keptBytes: number | null;
  /** Transactions since the oldest one whose rows it needs; null if it needs none. */
  readonly xminAge: number | null;
}

/** Without pg_read_all_stats, only that it is there can be seen. */
export interface Standby {
  readonly name: string | null;
  readonly lagSeconds: number | null;
  readonly lagBytes: number | null;
}

/** A walsender that no logical slot names serves a standby, or an archive of WAL. */
const STATE = `
SELECT pg_size_bytes(current_setting('maintenance_work_mem'))::float8 AS "maintenanceBytes",
  (SELECT coalesce(jsonb_agg(jsonb_build_object(
     'name', s.slot_name, 'isActive', s.active, 'walStatus', s.wal_status,
     'keptBytes', pg_wal_lsn_diff(here.lsn, s.restart_lsn)::float8,
     'xminAge', age(s.xmin)) ORDER BY s.slot_name), '[]') FROM pg_replication_slots s) AS slots,
  (SELECT coalesce(jsonb_agg(jsonb_build_object(
     'name', r.application_name, 'lagSeconds', extract(epoch FROM r.replay_lag)::float8,
     'lagBytes', pg_wal_lsn_diff(here.lsn, r.replay_lsn)::float8) ORDER BY r.pid), '[]')
     FROM pg_stat_replication r
    WHERE coalesce(r.state, 'streaming') IN ('streaming', 'catchup') AND NOT EXISTS (
      SELECT FROM pg_replication_slots l WHERE l.active_pid = r.pid AND l.slot_type = 'logical')
  ) AS standbys
  FROM (SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_lsn() END AS lsn) AS here`;

/** @see https://www.postgresql.org/docs/current/view-pg-replication-slots.html */
export async function readServerState(session: Session): Promise<ServerState> {
  return onlyRow(await session.queryAsLogin<ServerState>(STATE));
}
