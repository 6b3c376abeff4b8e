import type { Client } from "pg";
import { qualified } from "../../text/sql";
import type { GinKeys } from "./ginSize";
import type { IndexColumn, IndexParts } from "./indexParts";
import { keySql, sampledColumn, WEIGHT } from "./sampledColumn";

/**
 * What a GIN's operator class makes of a value `v`: one row for each key. Keys of one `kind` are of
 * one distribution, as the values at one path of a document are.
 */
const KEYS: Readonly<Record<string, (schema: string) => string>> = {
  gin_trgm_ops: (schema) =>
    `SELECT DISTINCT '' AS kind, unnest(${qualified(schema, "show_trgm")}(v)) AS key`,
  tsvector_ops: () => "SELECT '' AS kind, unnest(tsvector_to_array(v)) AS key",
  jsonb_ops: () => `${PARTS} SELECT DISTINCT path || (step IS NULL) AS kind,
                             coalesce(step, value #>> '{}', 'null') AS key FROM parts`,
  // A hash of each path to a plain value.
  jsonb_path_ops: () => `${PARTS} SELECT DISTINCT path AS kind, value::text AS key FROM parts
                          WHERE step IS NULL`,
};

/** Every key of an object and every plain value in a document. */
const PARTS = `WITH RECURSIVE deep (path, step, value) AS (
    SELECT '', NULL::text, v
     UNION ALL
    SELECT deep.path || '/' || coalesce(below.step, ''), below.step, below.value
      FROM deep CROSS JOIN LATERAL (
        SELECT key AS step, value FROM jsonb_each(
          CASE jsonb_typeof(deep.value) WHEN 'object' THEN deep.value ELSE '{}'::jsonb END)
         UNION ALL
        SELECT NULL, value FROM jsonb_array_elements(
          CASE jsonb_typeof(deep.value) WHEN 'array' THEN deep.value ELSE '[]'::jsonb END)) below),
  parts AS (
    SELECT path, step, NULL::jsonb AS value FROM deep WHERE step IS NOT NULL
     UNION ALL
    SELECT path, NULL, value FROM deep WHERE jsonb_typeof(value) NOT IN ('object', 'array'))`;

/** The keys of one kind: the frequency of those that the sample has often, and how many it has once. */
interface Counted {
  readonly documents: number;
  readonly often: readonly number[];
  readonly once: number;
  readonly oncePerRow: number;
  readonly keyBytes: number;
}

/** The keys of a GIN's column, as the values show that ANALYZE has kept; undefined without any. */
export async function sampledKeys(
  twin: Client,
  index: IndexParts,
  column: IndexColumn,
  rows: number,
): Promise<GinKeys[] | undefined> {
  const keys = KEYS[column.operatorClass]?.(column.operatorSchema);
  const sample = keys && (await sampledColumn(twin, index, column));
  if (!sample) return undefined;
  const { rows: kinds } = await twin.query<Counted>(
    `WITH sample AS (SELECT ${keySql(column)} AS v, ${WEIGHT} AS weight FROM (${sample.query}) AS s),
          keys AS (SELECT k.kind, k.key, count(*) AS times, least(1, sum(weight)) AS frequency
                     FROM sample CROSS JOIN LATERAL (${keys}) AS k GROUP BY k.kind, k.key)
     SELECT (SELECT count(*)::float8 FROM sample) AS documents,
            coalesce(jsonb_agg(frequency) FILTER (WHERE times > 1), '[]') AS often,
            (count(*) FILTER (WHERE times = 1))::float8 AS once,
            coalesce(sum(frequency) FILTER (WHERE times = 1), 0)::float8 AS "oncePerRow",
            coalesce(avg(${bytesOf(column)}), 8)::float8 AS "keyBytes"
       FROM keys GROUP BY kind`,
  );
  return kinds.map((kind) => toKeys(kind, rows));
}

/** A trigram is three bytes, a hash four. */
function bytesOf({ operatorClass }: IndexColumn): string {
  const isShort = ["gin_trgm_ops", "jsonb_path_ops"].includes(operatorClass);
  return isShort ? "4" : "octet_length(key) + 2";
}

/** As ANALYZE estimates the number of distinct values from a sample (Haas and Stokes). */
export function distinctIn(sampled: number, distinct: number, once: number, all: number): number {
  if (sampled === 0 || distinct === 0) return distinct;
  const found = (sampled * distinct) / (sampled - once + (once * sampled) / Math.max(sampled, all));
  return Math.max(distinct, Math.min(found, all));
}

function toKeys(counted: Counted, rows: number): GinKeys {
  const { documents, often: frequencies, once, oncePerRow, keyBytes } = counted;
  const perRow = frequencies.reduce((sum, each) => sum + each, 0) + oncePerRow;
  const sampled = Math.max(1, perRow * documents);
  const distinct = frequencies.length + once;
  const all = distinctIn(sampled, distinct, once, perRow * rows);
  return {
    perRow,
    frequencies,
    others: Math.round(all - frequencies.length),
    othersPerRow: oncePerRow,
    keyBytes,
  };
}
