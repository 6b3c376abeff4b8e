import type { Client } from "pg";
import { readSelect } from "../../input/readSelect";
import { ident, literal } from "../../text/sql";
import type { IndexParts } from "./indexParts";

/**
 * Values that ANALYZE has kept of a column, as SQL: the most common ones with their frequency, and
 * the bounds of its histogram, which stand for the rest. They never leave the twin but as counts
 * and widths, or as statistics of an expression, for the twin.
 */
export interface SampledColumn {
  readonly column: string;
  /**
   * A query that gives the column under its own name, the share of the rows that have the value,
   * and whether that is one of the most common: named as no column of a user's is.
   */
  readonly query: string;
}

export const WEIGHT = '"pgindex: weight"';
export const IS_COMMON = '"pgindex: is common"';

/** What one key of an index is computed from; undefined if that is not one column. */
export async function sampledColumn(
  twin: Client,
  { tableSchema, table }: IndexParts,
  { column, expression }: { readonly column: string | null; readonly expression: string | null },
): Promise<SampledColumn | undefined> {
  const name = column ?? onlyColumn(expression ?? "");
  if (name === undefined) return undefined;
  const { rows } = await twin.query<{ type: string; isArray: boolean; has: boolean }>(
    `SELECT format_type(a.atttypid, NULL) AS type, t.typcategory = 'A' AS "isArray",
            EXISTS (SELECT FROM pg_stats s WHERE s.schemaname = $1 AND s.tablename = $2
                       AND s.attname = $3 AND NOT s.inherited
                       AND (s.histogram_bounds IS NOT NULL OR s.most_common_vals IS NOT NULL)) AS has
       FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
       JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2 AND a.attname = $3`,
    [tableSchema, table, name],
  );
  const [found] = rows;
  // An array of arrays would come apart into elements.
  if (!found?.has || found.isArray) return undefined;
  const of = `schemaname = ${literal(tableSchema)} AND tablename = ${literal(table)} AND attname = ${literal(name)}`;
  const values = (list: string) => `unnest(${list}::text::${found.type}[])`;
  return {
    column: name,
    query: `
  SELECT ${values("most_common_vals")} AS ${ident(name)},
         unnest(most_common_freqs)::float8 AS ${WEIGHT}, true AS ${IS_COMMON}
    FROM pg_stats WHERE ${of} AND NOT inherited
   UNION ALL
  SELECT ${values("histogram_bounds")}, ((1 - null_frac - coalesce((SELECT sum(f)
           FROM unnest(most_common_freqs) f), 0)) / array_length(histogram_bounds, 1))::float8, false
    FROM pg_stats WHERE ${of} AND NOT inherited`,
  };
}

/** The server prints an index's expression with its columns unqualified. */
function onlyColumn(expression: string): string | undefined {
  const read = readSelect(`SELECT (${expression}\n)`);
  const columns = new Set(read.kind === "ok" ? read.select.unqualified.columns : []);
  return columns.size === 1 ? [...columns][0] : undefined;
}

/** The key as SQL over the sample. */
export function keySql(key: {
  readonly column: string | null;
  readonly expression: string | null;
}): string {
  return key.column === null ? `(${key.expression})` : ident(key.column);
}
