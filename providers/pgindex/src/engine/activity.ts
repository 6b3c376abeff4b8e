import { oneLine } from "./printable";
import type { Session } from "./session";

/** Another session that stands in our way, or waits behind us. */
export interface OtherSession {
  /** 0: a prepared transaction, which has no session. */
  readonly pid: number;
  readonly user: string | null;
  readonly application: string | null;
  readonly state: string | null;
  readonly backendType: string | null;
  readonly statement: string | null;
  /** Seconds since its transaction began. */
  readonly ageSeconds: number | null;
  /** Seconds since it began to wait for a lock; null when it does not wait. */
  readonly waitSeconds: number | null;
  /** Lock mode that it holds or wants, where one is known. */
  readonly mode: string | null;
}

const COLUMNS = `
  a.usename AS user, a.application_name AS application, a.state, a.backend_type AS "backendType",
  left(a.query, 400) AS statement,
  extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS "ageSeconds"`;

/** Lock modes that conflict with SHARE UPDATE EXCLUSIVE, which a concurrent build takes. */
export const BUILD_CONFLICTS: readonly string[] = [
  "ShareUpdateExclusiveLock",
  "ShareLock",
  "ShareRowExclusiveLock",
  "ExclusiveLock",
  "AccessExclusiveLock",
];

/** The one mode that conflicts with looking: the catalog's own functions and the clone wait behind it. */
export const LOOK_CONFLICTS: readonly string[] = ["AccessExclusiveLock"];

/**
 * Who holds, or queues for, a lock on the table that a concurrent build cannot share, or of the modes given. `pg_locks` is visible to every role
 * (`pg_stat_progress_create_index` is not), needs no ownership and, unlike a LOCK TABLE, leaves nobody behind us.
 */
export async function workersOn(
  session: Session,
  tableOid: number,
  ownPid: number,
  modes: readonly string[] = BUILD_CONFLICTS,
): Promise<OtherSession[]> {
  return session.query<OtherSession>(
    `SELECT DISTINCT ON (l.pid) coalesce(l.pid, 0) AS pid, l.mode, ${COLUMNS},
            NULL::float8 AS "waitSeconds"
       FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'relation' AND l.relation = $1 AND l.mode = ANY($2)
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.pid IS DISTINCT FROM $3
      ORDER BY l.pid, l.granted DESC`,
    [tableOid, modes, ownPid],
  );
}

/** Transactions older than `seconds` that hold any lock on the table or a partition of it: DROP INDEX CONCURRENTLY waits for every one. */
export async function oldTransactionsOn(
  session: Session,
  tableOid: number,
  seconds: number,
): Promise<OtherSession[]> {
  return session.query<OtherSession>(
    `SELECT DISTINCT ON (l.pid) coalesce(l.pid, 0) AS pid, l.mode, ${COLUMNS},
            NULL::float8 AS "waitSeconds"
       FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'relation' AND l.relation = ANY(coalesce(
              (SELECT array_agg(relid::oid) FROM pg_partition_tree($1::int8::oid::regclass)), ARRAY[$1::int8::oid]))
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.pid IS DISTINCT FROM pg_backend_pid()
        AND (a.pid IS NULL OR a.xact_start < clock_timestamp() - make_interval(secs => $2))
      ORDER BY l.pid`,
    [tableOid, seconds],
  );
}

/** Whom the backend `pid` waits for. `pg_blocking_pids` says 0 for a prepared transaction. */
export async function blockersOf(session: Session, pid: number): Promise<OtherSession[]> {
  return session.query<OtherSession>(
    `SELECT b.pid, NULL AS mode, ${COLUMNS}, NULL::float8 AS "waitSeconds"
       FROM (SELECT DISTINCT unnest(pg_blocking_pids($1)) AS pid) b
       LEFT JOIN pg_stat_activity a ON a.pid = b.pid`,
    [pid],
  );
}

/** Who waits for the backend `pid`. Only sessions that wait for a lock are asked: pg_blocking_pids is not free. */
export async function waitersBehind(session: Session, pid: number): Promise<OtherSession[]> {
  return session.query<OtherSession>(
    `SELECT a.pid, NULL AS mode, ${COLUMNS},
            extract(epoch FROM clock_timestamp() - a.query_start)::float8 AS "waitSeconds"
       FROM pg_stat_activity a
      WHERE a.wait_event_type = 'Lock' AND a.pid <> $1 AND $1 = ANY(pg_blocking_pids(a.pid))`,
    [pid],
  );
}

/** Who holds a session-level advisory lock of two keys. */
export async function advisoryHolder(
  session: Session,
  classId: number,
  key: number,
): Promise<OtherSession[]> {
  return session.query<OtherSession>(
    `SELECT l.pid, l.mode, ${COLUMNS}, NULL::float8 AS "waitSeconds"
       FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1::int4::oid AND l.objid = $2::int4::oid
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [classId, key],
  );
}

/** Ordinary autovacuum gives way to a build that queues; the one against wraparound does not. */
export function isYieldingAutovacuum(other: OtherSession): boolean {
  return (
    other.backendType === "autovacuum worker" &&
    !/to prevent wraparound/.test(other.statement ?? "")
  );
}

/** `pid 4711 (worker, psql, idle in transaction for 12 s: UPDATE t SET a = $1)` */
export function describeSession(other: OtherSession): string {
  if (other.pid === 0) return "a prepared transaction (see pg_prepared_xacts)";
  const parts = [other.user, other.application, doing(other)].filter(Boolean);
  const statement = other.statement ? `: ${maskStatement(other.statement)}` : "";
  return oneLine(`pid ${other.pid} (${parts.join(", ")}${statement})`);
}

function doing(other: OtherSession): string | null {
  if (other.waitSeconds !== null) return `waiting for ${Math.round(other.waitSeconds)} s`;
  if (other.ageSeconds === null) return other.state;
  return `${other.state ?? "running"} for ${Math.round(other.ageSeconds)} s`;
}

const STATEMENT_LENGTH = 120;

/**
 * The pieces of a statement that are names and parameters, then those that may be anybody's data. A piece that does not end
 * reaches to the end of the text: the server cuts long statements anywhere. (libpg-query's normalize is of no use here: it leaves the constants
 * of DDL, and answers a text that was cut with an error that quotes it.)
 */
const PIECES = new RegExp(
  [
    String.raw`(?<dollar>\$(?<tag>[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[^]*?(?:\$\k<tag>\$|$))`,
    String.raw`(?<string>e'(?:[^'\\]|''|\\[^])*(?:'|$)|(?:u&|[bxn])?'(?:[^']|'')*(?:'|$))`,
    String.raw`(?<comment>--.*|/\*[^]*?(?:\*/|$))`,
    String.raw`(?<name>[a-z_\u0080-\uffff][\w$\u0080-\uffff]*|"(?:[^"]|"")*(?:"|$)|\$\d+)`,
    String.raw`(?<number>\.?\d[\w.]*)`,
  ].join("|"),
  "gi",
);

/** The statement on one line, without its constants, which may be anybody's data. */
export function maskStatement(text: string): string {
  const masked = text.replace(PIECES, (piece, ...rest) => {
    const groups = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    if (groups.name !== undefined) return piece;
    if (groups.comment !== undefined) return " ";
    return groups.number === undefined ? "'…'" : "…";
  });
  return masked.replace(/\s+/g, " ").trim().slice(0, STATEMENT_LENGTH);
}
