/**
 * SQL: since when the server counts, as of the last reset or the last loss of all counters. After a
 * crash, the database's `stats_reset` is null from 15 on; the background writer's is the time of the
 * recovery on every release.
 */
export const COUNTERS_SINCE = `(
  SELECT greatest(d.stats_reset, w.stats_reset)
    FROM pg_stat_bgwriter w LEFT JOIN pg_stat_database d ON d.datname = current_database())`;
