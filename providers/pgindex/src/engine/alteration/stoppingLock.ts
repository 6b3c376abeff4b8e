import type { OtherSession } from "../catalog/sessions/otherSessions";
import type { Session } from "../session/session";
import { HOLDER_COLUMNS, HOLDERS, readAged } from "../sight/otherSession";

/** A lock that reads or writes wait for, while it is held and also while it is only asked for. */
export interface StoppingLock {
  readonly mode: "ACCESS EXCLUSIVE" | "SHARE";
  /** What it is taken on: one index by name, the table, or the table and all its partitions. */
  readonly on: { readonly schema: string; readonly name: string } | "table" | "partitions";
}

/** The modes in `pg_locks` that such a lock waits for. */
const CONFLICTS = {
  SHARE: [
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
  ],
  "ACCESS EXCLUSIVE": [
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
  ],
} as const satisfies Record<StoppingLock["mode"], readonly string[]>;

/** The OIDs of the relations that the lock is taken on: tables together with their indexes. */
export async function relationsOf(
  session: Session,
  { on }: StoppingLock,
  tableOid: number,
): Promise<number[]> {
  const rows = await session.query<{ oid: number }>(
    typeof on === "object" ? INDEX_QUERY : TABLES_QUERY,
    typeof on === "object" ? [on.schema, on.name] : [tableOid, on === "partitions"],
  );
  return rows.map(({ oid }) => oid);
}

const INDEX_QUERY = `
SELECT c.oid::int8::float8 AS oid
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = $1 AND c.relname = $2`;

const TABLES_QUERY = `
WITH tables AS (SELECT $1::int8::oid AS oid
                 UNION SELECT relid::oid FROM pg_partition_tree($1::int8::oid::regclass) WHERE $2)
SELECT oid::int8::float8 AS oid FROM tables
 UNION ALL
SELECT i.indexrelid::int8::float8 FROM pg_index i JOIN tables ON tables.oid = i.indrelid`;

/** A session in the way of the lock, on one relation. */
export interface InTheWay extends OtherSession {
  readonly relation: number;
}

/**
 * Who holds a lock on the relations, or queues for one, that ours would wait for: `pg_locks` shows
 * that to every role, and nobody queues behind a look.
 */
export function holdersOf(
  session: Session,
  { mode }: StoppingLock,
  relations: readonly number[],
  ours: readonly number[],
): Promise<InTheWay[]> {
  return readAged<InTheWay>(
    session,
    `SELECT DISTINCT ON (l.pid, p.gid, l.virtualtransaction)
            coalesce(l.pid, 0) AS pid, l.mode, l.relation::int8::float8 AS relation,
            l.virtualtransaction AS "virtualTransaction", ${HOLDER_COLUMNS}
       FROM ${HOLDERS}
      WHERE l.locktype = 'relation' AND l.relation::int8 = ANY($1::int8[]) AND l.mode = ANY($2)
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND coalesce(l.pid <> ALL($3), true)
      ORDER BY l.pid, p.gid, l.virtualtransaction`,
    [relations, CONFLICTS[mode], ours],
  );
}
