import type { Query } from "../../../engine/session/query";
import type { Session } from "../../../engine/session/session";
import type { FleetIndex } from "../../declare/fleetIndex";
import type { Held } from "../transitions";

/** The size of the declared tables. */
export async function declaredBytes(
  session: Session,
  indexes: readonly FleetIndex[],
): Promise<number> {
  const tables = indexes.map(({ desired: { schema, table } }) => ({ schema, table }));
  const [row] = await session.query<{ bytes: number }>(
    `SELECT coalesce(sum(pg_catalog.pg_table_size(part.relid)), 0)::float8 AS bytes
       FROM pg_catalog.pg_class c
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       CROSS JOIN LATERAL (
         SELECT c.oid AS relid WHERE c.relkind <> 'p'
         UNION ALL SELECT relid FROM pg_catalog.pg_partition_tree(c.oid) WHERE isleaf) part
      WHERE (n.nspname, c.relname) IN (
        SELECT "schema", "table" FROM jsonb_to_recordset($1::jsonb) AS t("schema" text, "table" text))
        AND c.relkind IN ('r', 'p', 'm')`,
    [JSON.stringify(tables)],
  );
  return row?.bytes ?? 0;
}

/** Whether it would end before `until`, at the pace of the slowest build of this rollout so far. */
export async function endsInTime(
  query: Query,
  { rollout }: Held,
  bytes: number,
  until: Date,
): Promise<boolean> {
  const [row] = await query<{ pace: number | null }>(
    `SELECT max(build_seconds / bytes) AS pace FROM pgindex_fleet.target
      WHERE rollout = $1 AND state = 'done' AND bytes > 0`,
    [rollout],
  );
  return (row?.pace ?? 0) * bytes * 1000 <= until.getTime() - Date.now();
}
