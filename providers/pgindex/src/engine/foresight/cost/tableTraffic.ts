import type { DesiredIndex } from "../../declare/desiredIndex";
import { onlyRow } from "../../session/query";
import type { Session } from "../../session/session";

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

/** Less says nothing of the traffic to come. */
const LEAST_SECONDS = 600;
const LEAST_WRITES = 1_000;
/** With fewer heap-only updates there is nothing to lose. */
const LEAST_HOT_SHARE = 0.05;

/**
 * The traffic of a table, its partitions together.
 *
 * @see https://www.postgresql.org/docs/current/monitoring-stats.html
 */
export async function readTableTraffic(session: Session, oid: number): Promise<TableTraffic> {
  return onlyRow(
    await session.query<TableTraffic>(
      `SELECT extract(epoch FROM clock_timestamp() - d.stats_reset)::float8 AS seconds,
              coalesce(sum(pg_stat_get_tuples_inserted(t.relid) +
                pg_stat_get_tuples_updated(t.relid) +
                pg_stat_get_tuples_deleted(t.relid)), 0)::float8 AS writes,
              coalesce(sum(pg_stat_get_tuples_updated(t.relid)), 0)::float8 AS updates,
              coalesce(sum(pg_stat_get_tuples_hot_updated(t.relid)), 0)::float8 AS "hotUpdates"
         FROM pg_stat_database d,
              (SELECT relid::oid FROM pg_partition_tree($1::int8::oid::regclass) WHERE isleaf
               UNION SELECT $1::int8::oid) AS t
        WHERE d.datname = current_database() GROUP BY d.stats_reset`,
      [oid],
    ),
  );
}

/**
 * What writes will pay for another index, in lines for people: none where too little was written to
 * tell.
 *
 * @see https://www.postgresql.org/docs/current/storage-hot.html
 */
export function trafficLines(
  { seconds, writes, updates, hotUpdates }: TableTraffic,
  { accessMethod, keys, include }: DesiredIndex,
): string[] {
  if (writes < LEAST_WRITES) return [];
  const isRateKnown = seconds !== null && seconds >= LEAST_SECONDS;
  const rate = isRateKnown ? [`the table takes ${perSecond(writes / seconds)}`] : [];
  const share = updates === 0 ? 0 : hotUpdates / updates;
  // A BRIN index summarizes pages: since PostgreSQL 16 it ends no heap-only update.
  if (share < LEAST_HOT_SHARE || accessMethod === "brin") return rate;
  const columns = [...keys.map(({ column, expression }) => column ?? expression), ...include];
  return [
    ...rate,
    `${Math.round(share * 100)} % of its updates are heap-only (HOT) and touch no index; ` +
      `those that change ${columns.join(", ")} will write to every index of the table`,
  ];
}

function perSecond(rate: number): string {
  const shown = rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString("en-US");
  return `${shown} row writes a second`;
}
