import { onlyRow } from "../../session/query";
import type { Session } from "../../session/session";
import { everything } from "../../session/sharedReads";

/** What the application has written to a table since the server's counters were reset. */
export interface TableTraffic {
  /** Null if they never were: since when they count is not known then. */
  readonly seconds: number | null;
  /** Rows inserted, updated and deleted. */
  readonly writes: number;
  readonly updates: number;
  /** Heap-only: they touched no index. */
  readonly hotUpdates: number;
}

/** What of a table concerns the build of any index on it, its partitions together. */
export interface TableState extends TableTraffic {
  /** Rows that nothing sees any more, and that VACUUM has not removed. */
  readonly deadRows: number;
  /** Indexes of the table itself that writes maintain. */
  readonly indexes: number;
  /** Its age, as a share of that at which autovacuum has to prevent wraparound. */
  readonly wraparoundShare: number;
}

/** An age's share of the limit, of the server or of the table itself. */
const shareOf = (age: string, limit: string) =>
  `${age}::float8 / least(current_setting('${limit}')::float8,
     (SELECT option_value::float8 FROM pg_options_to_table(c.reloptions)
       WHERE option_name = '${limit}'))`;

/**
 * `OFFSET 0`: the server takes every table for one of 500 partitions, and would read all of pg_class
 * for each of them.
 */
const STATE = `
SELECT of.oid::int8::float8 AS oid,
       extract(epoch FROM clock_timestamp() - d.stats_reset)::float8 AS seconds, sums.*
  FROM pg_stat_database d, pg_class of
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(pg_stat_get_tuples_inserted(t.oid) +
                pg_stat_get_tuples_updated(t.oid) +
                pg_stat_get_tuples_deleted(t.oid)), 0)::float8 AS writes,
              coalesce(sum(pg_stat_get_tuples_updated(t.oid)), 0)::float8 AS updates,
              coalesce(sum(pg_stat_get_tuples_hot_updated(t.oid)), 0)::float8 AS "hotUpdates",
              coalesce(sum(pg_stat_get_dead_tuples(t.oid)), 0)::float8 AS "deadRows",
              (SELECT count(*)::int FROM pg_index
                WHERE indrelid = of.oid AND indisready) AS indexes,
              coalesce(max(greatest(
                ${shareOf("age(c.relfrozenxid)", "autovacuum_freeze_max_age")},
                ${shareOf("mxid_age(c.relminmxid)", "autovacuum_multixact_freeze_max_age")}
              )) FILTER (WHERE c.relkind IN ('r', 'm')), 0)::float8 AS "wraparoundShare"
         FROM (SELECT relid::oid AS oid FROM pg_partition_tree(of.oid) WHERE isleaf
               UNION SELECT of.oid) AS t
        CROSS JOIN LATERAL (SELECT * FROM pg_class WHERE oid = t.oid OFFSET 0) AS c) AS sums
 WHERE d.datname = current_database()`;

/**
 * Reads it in one query, without a lock on the table.
 *
 * @see https://www.postgresql.org/docs/current/monitoring-stats.html
 */
export async function readTableState(session: Session, oid: number): Promise<TableState> {
  const shared = (await everything(session, allTableStates))?.get(oid);
  if (shared) return shared;
  return onlyRow(await session.query<TableState>(`${STATE} AND of.oid = $1::int8::oid`, [oid]));
}

/** By the OIDs of the tables. */
async function allTableStates(session: Session): Promise<ReadonlyMap<number, TableState>> {
  const rows = await session.query<TableState & { readonly oid: number }>(
    `${STATE} AND of.relkind IN ('r', 'p', 'm')
        AND of.relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)`,
  );
  return new Map(rows.map((row) => [row.oid, row]));
}
