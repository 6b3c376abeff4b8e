import { onlyRow } from "../../session/query";
import type { Session } from "../../session/session";

/** What decides plans besides "Query Tuning". */
const OTHERS = ["work_mem", "hash_mem_multiplier", "max_parallel_workers_per_gather"];

/**
 * The settings that the session's plans depend on, and the schemas in which it looks names up.
 *
 * @see https://www.postgresql.org/docs/current/runtime-config-query.html
 */
export async function readPlannerSettings(
  session: Pick<Session, "query">,
): Promise<Readonly<Record<string, string>>> {
  const { settings } = onlyRow(
    await session.query<{ settings: Record<string, string> }>(
      `SELECT jsonb_object_agg(name, setting) || jsonb_build_object('search_path',
                (SELECT coalesce(pg_catalog.string_agg(pg_catalog.quote_ident(s), ', '), '')
                   FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) AS s)) AS settings
         FROM pg_catalog.pg_settings
        WHERE category LIKE 'Query Tuning%' OR name = ANY ($1)`,
      [OTHERS],
    ),
  );
  return settings;
}
