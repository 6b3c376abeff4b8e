import { PgIndexError } from "../errors/advice";
import { type Limit, limitAdvice } from "./slotMessages";

export type Query = <Row>(text: string) => Promise<Row[]>;

/** The share of a limit that is left to others, and its bounds for the server's own limit. */
const KEPT_SHARE = 1 / 8;
const MOST_KEPT = 12;
const LEAST_KEPT_OF_SERVER = 3;

/** The server has too few connections left for our work. */
export class NoSlotError extends Error {
  override readonly name = "NoSlotError";
}

interface LimitRow {
  readonly role: string;
  readonly database: string;
  readonly serverLimit: number;
  readonly serverUsed: number;
  /** -1: none. */
  readonly roleLimit: number;
  readonly roleUsed: number;
  readonly databaseLimit: number;
  readonly databaseUsed: number;
}

/**
 * `pg_stat_activity` shows every role that a session is there, and whose. The type is hidden:
 * background workers of other roles then count too. Superusers have no limit of a role or database.
 *
 * @see https://www.postgresql.org/docs/current/runtime-config-connection.html
 */
const LIMITS = `
SELECT r.rolname AS role, d.datname AS database,
       pg_catalog.current_setting('max_connections')::int
         - pg_catalog.current_setting('superuser_reserved_connections')::int
         - coalesce(pg_catalog.current_setting('reserved_connections', true)::int, 0)
         AS "serverLimit",
       CASE WHEN r.rolsuper THEN -1 ELSE r.rolconnlimit END AS "roleLimit",
       CASE WHEN r.rolsuper THEN -1 ELSE d.datconnlimit END AS "databaseLimit",
       used.server AS "serverUsed", used.role AS "roleUsed", used.database AS "databaseUsed"
  FROM pg_catalog.pg_roles r, pg_catalog.pg_database d,
       LATERAL (SELECT count(*)::int AS server,
                       count(*) FILTER (WHERE a.usesysid = r.oid)::int AS role,
                       count(*) FILTER (WHERE a.datid = d.oid)::int AS database
                  FROM pg_catalog.pg_stat_activity a
                 WHERE a.usesysid IS NOT NULL AND a.datid IS NOT NULL
                   AND coalesce(a.backend_type = 'client backend', true)) used
 WHERE r.rolname = session_user AND d.datname = pg_catalog.current_database()`;

/** How many sessions are to be opened. */
export interface Asked {
  /** The one that asks, and those that follow it. */
  readonly sessions: number;
  /** Of other work of this process, still to be opened. */
  readonly promised: number;
  /** How many there must be able to be at all. */
  readonly willNeed: number;
}

/**
 * Throws {@link NoSlotError} when the server has no slots left for the sessions without taking its last
 * ones; {@link PgIndexError} when it never can have. Returns how many more it has.
 */
export async function requireServerSlots(query: Query, asked: Asked): Promise<number> {
  const { sessions, promised, willNeed } = asked;
  const lefts = (await readLimits(query)).map((limit) => {
    const { most, used, kept, of } = limit;
    if (most - kept < willNeed) throw new PgIndexError(limitAdvice(limit, willNeed));
    const left = most - kept - used - (sessions - 1) - promised;
    if (left >= 0) return left;
    throw new NoSlotError(
      `${used - 1} of ${most} connections of ${of} are in use, and ${kept} are left to others`,
    );
  });
  return Math.min(...lefts);
}

/** The limits on our connections, and how many there are now. */
export async function readLimits(query: Query): Promise<Limit[]> {
  const [row] = await query<LimitRow>(LIMITS);
  return row ? limitsOf(row) : [];
}

function limitsOf(row: LimitRow): Limit[] {
  const keptOf = (most: number) => Math.min(MOST_KEPT, Math.floor(most * KEPT_SHARE));
  const server = {
    kind: "server",
    of: "the server",
    most: row.serverLimit,
    used: row.serverUsed,
    kept: Math.max(LEAST_KEPT_OF_SERVER, keptOf(row.serverLimit)),
  } as const;
  const role = { kind: "role", of: `role ${row.role}`, most: row.roleLimit, used: row.roleUsed };
  const database = {
    kind: "database",
    of: `database ${row.database}`,
    most: row.databaseLimit,
    used: row.databaseUsed,
  };
  const own = [{ ...role, kind: "role" } as const, { ...database, kind: "database" } as const];
  return [
    server,
    ...own.filter(({ most }) => most >= 0).map((limit) => ({ ...limit, kept: keptOf(limit.most) })),
  ];
}
