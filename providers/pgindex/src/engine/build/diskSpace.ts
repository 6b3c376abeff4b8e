import type { LiveTable } from "../catalog/liveIndex";
import type { IndexDefinition } from "../declare/desiredIndex";
import { vectorNeeds } from "../foresight/vectors/vectorNeeds";
import type { Session } from "../session/session";
import { renderBytes } from "../text/render";
import { literal } from "../text/sql";
import type { Attempt } from "./attempt";

/** Estimates a build's size; before the first build, also warns about what can fill the disk. */
export async function checkDiskSpace({
  observer,
  desired,
  table,
  ctx,
  journal,
}: Attempt): Promise<void> {
  const vectors = await vectorNeeds(observer, desired, table);
  journal.estimatedBytes = vectors?.index ?? (await estimateSize(observer, desired, table));
  if (journal.buildStartedAt !== undefined) return;
  for (const warning of await walWarnings(observer)) ctx.log("warning", warning);
}

/** An index entry's header and line pointer, and the free space of pages. */
const OVERHEAD_BYTES = 16;
const PER_PAGE = 1.1;

/** The assumed width of a key without statistics, such as an expression. */
const UNKNOWN_WIDTH = 16;

/**
 * Estimates the index size in bytes from the column widths that ANALYZE found; undefined if the
 * table was never analyzed. Overestimates partial indexes, and equal keys, which a btree stores
 * once.
 */
export async function estimateSize(
  session: Session,
  desired: IndexDefinition,
  table: LiveTable,
): Promise<number | undefined> {
  if (table.rows < 0) return undefined;
  const columns = [...desired.keys.map(({ column }) => column ?? null), ...desired.include];
  const widths = await session.query<{ width: number }>(
    `SELECT coalesce(s.avg_width, $4)::float8 AS width
       FROM unnest($3::text[]) AS k(name)
       LEFT JOIN pg_stats s ON s.schemaname = $1 AND s.tablename = $2
                           AND s.attname = k.name AND NOT s.inherited`,
    [desired.schema, desired.table, columns, UNKNOWN_WIDTH],
  );
  const entry = widths.reduce((sum, { width }) => sum + width, OVERHEAD_BYTES);
  return Math.round(table.rows * entry * PER_PAGE);
}

/**
 * Warns about what can fill the write-ahead log's disk, since a build adds about the size of its
 * index to the log. A full disk stops the whole server (PANIC), not only the build.
 */
export async function walWarnings(session: Session): Promise<string[]> {
  const slots = await session.query<{ name: string; bytes: number }>(
    `SELECT slot_name::text AS name,
            pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::float8 AS bytes
       FROM pg_replication_slots WHERE NOT active AND wal_status IN ('extended', 'unreserved')`,
  );
  return slots.map(
    ({ name, bytes }) =>
      `nobody reads the replication slot ${name}, which retains ${renderBytes(bytes)} of WAL, ` +
      "more than max_wal_size: a build adds about the size of its index to that, " +
      "and a full WAL disk stops the server. Start the slot's reader, or drop the slot: " +
      `SELECT pg_drop_replication_slot(${literal(name)})`,
  );
}
