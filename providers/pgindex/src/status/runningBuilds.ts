import {
  blockersOf,
  type OtherSession,
  waitersBehind,
} from "../engine/catalog/sessions/otherSessions";
import type { Session } from "../engine/session/session";
import { PROGRESS_COLUMNS, type ProgressRow } from "../engine/watch/progress";

/** A CREATE INDEX or REINDEX that is running, whoever started it. */
export interface Build {
  readonly pid: number;
  /** `CREATE INDEX CONCURRENTLY`, `REINDEX CONCURRENTLY`; null if our role cannot see it. */
  readonly command: string | null;
  /** OID of the index; null before it is in the catalog, or if our role cannot see it. */
  readonly indexOid: number | null;
  /** `schema.table`; null if our role cannot see it. */
  readonly table: string | null;
  /** `schema.index`; null if our role cannot see it. */
  readonly index: string | null;
  readonly seconds: number;
  readonly progress: ProgressRow;
  readonly blockers: readonly OtherSession[];
  readonly waiters: readonly OtherSession[];
}

type BuildRow = Omit<Build, "progress" | "blockers" | "waiters"> & ProgressRow;

/**
 * Of other roles' builds, only the pid is visible without `pg_read_all_stats`
 * (https://www.postgresql.org/docs/current/predefined-roles.html). Which table it has locked is
 * visible to all, and a build has one INVALID index there.
 */
const BUILDS_QUERY = `
SELECT p.pid, p.command, seen.index::int8::float8 AS "indexOid",
       seen.table::regclass::text AS "table", seen.index::regclass::text AS "index",
       coalesce(extract(epoch FROM clock_timestamp() - a.query_start), 0)::float8 AS seconds,
       ${PROGRESS_COLUMNS}
  FROM pg_stat_progress_create_index p LEFT JOIN pg_stat_activity a USING (pid)
  LEFT JOIN LATERAL (
    SELECT l.relation FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
     WHERE p.relid IS NULL AND l.pid = p.pid AND l.granted AND l.locktype = 'relation'
       AND l.database = p.datid AND c.relkind IN ('r', 'm')
       AND l.mode IN ('ShareUpdateExclusiveLock', 'ShareLock') LIMIT 1) locked ON true
  LEFT JOIN LATERAL (
    SELECT min(i.indexrelid::int8)::oid AS index FROM pg_index i
     WHERE i.indrelid = locked.relation AND NOT i.indisvalid HAVING count(*) = 1) unfinished ON true
 CROSS JOIN LATERAL (
    SELECT coalesce(nullif(p.relid, 0), locked.relation) AS table,
           coalesce(nullif(p.index_relid, 0), unfinished.index) AS index) seen
 WHERE p.datname = current_database() ORDER BY a.query_start, p.pid`;

/** The builds in the database, oldest first. Read-only. */
export async function readBuilds(observer: Session): Promise<Build[]> {
  const rows = await observer.queryAsLogin<BuildRow>(BUILDS_QUERY);
  const builds: Build[] = [];
  for (const { pid, command, indexOid, table, index, seconds, ...progress } of rows) {
    const blockers = await blockersOf(observer, pid);
    const waiters = await waitersBehind(observer, pid);
    builds.push({ pid, command, indexOid, table, index, seconds, progress, blockers, waiters });
  }
  return builds;
}

/** A summary of a build. */
export interface BuildSummary {
  /** `schema.index`; null if the role cannot see it. */
  readonly index: string | null;
  readonly phase: string | null;
  readonly seconds: number;
  /** How many sessions it is waiting for. */
  readonly blockedBy: number;
}

export function buildSummary({ index, progress, seconds, blockers }: Build): BuildSummary {
  const { phase } = progress;
  return { index, phase, seconds: Math.round(seconds), blockedBy: blockers.length };
}
