import type { Client } from "pg";

/** An index of the twin without partitions, and what of it decides how long it gets. */
export interface IndexParts {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly method: string;
  readonly tableSchema: string;
  readonly table: string;
  readonly isUnique: boolean;
  readonly predicate: string | null;
  readonly options: Readonly<Record<string, string>>;
  readonly tablePages: number;
  /** `pg_class.reltuples` of the table: -1 where nobody knows. */
  readonly tableRows: number;
  readonly columns: readonly IndexColumn[];
}

export interface IndexColumn {
  /** Of the index's own attribute. */
  readonly name: string;
  /** Null for an expression. */
  readonly column: string | null;
  readonly expression: string | null;
  readonly isKey: boolean;
  /** `pg_type.typlen`: negative for a type of varying length. */
  readonly length: number;
  /** Bytes. */
  readonly alignment: number;
  /** Empty for an INCLUDE. */
  readonly operatorClass: string;
  readonly operatorSchema: string;
  /** Equal values are the same bytes, so that a btree stores them once. */
  readonly isEqualImage: boolean;
  readonly type: string;
  readonly nullFraction: number | null;
  /** Which share of the table's rows has a value. */
  readonly present: number | null;
  readonly width: number | null;
  readonly distinct: number | null;
  readonly commonFrequencies: readonly number[] | null;
  /** How many elements ANALYZE has found common; the list of frequencies is longer. */
  readonly elements: number | null;
  readonly elementFrequencies: readonly number[] | null;
  readonly elementCounts: readonly number[] | null;
}

const COLUMNS = `
SELECT jsonb_agg(jsonb_build_object(
    'name', a.attname, 'column', t.attname,
    'expression', CASE WHEN t.attname IS NULL THEN pg_get_indexdef(i.indexrelid, a.attnum, true) END, 'isKey', a.attnum <= i.indnkeyatts, 'length', a.attlen,
    'alignment', CASE a.attalign WHEN 'c' THEN 1 WHEN 's' THEN 2 WHEN 'i' THEN 4 ELSE 8 END,
    'type', format_type(a.atttypid, NULL), 'operatorClass', coalesce(o.opcname, ''),
    'operatorSchema', coalesce(o.opcnamespace::regnamespace::text, ''),
    'isEqualImage', EXISTS (SELECT FROM pg_amproc p WHERE p.amprocfamily = o.opcfamily
       AND p.amprocnum = 4 AND p.amproclefttype = o.opcintype AND p.amprocrighttype = o.opcintype),
    'nullFraction', s.null_frac, 'present', 1 - s.null_frac, 'width', s.avg_width, 'distinct', s.n_distinct,
    'commonFrequencies', to_jsonb(s.most_common_freqs),
    'elements', array_length(s.most_common_elems, 1),
    'elementFrequencies', to_jsonb(s.most_common_elem_freqs),
    'elementCounts', to_jsonb(s.elem_count_histogram)) ORDER BY a.attnum)
  FROM pg_attribute a
  LEFT JOIN pg_attribute t ON t.attrelid = i.indrelid AND t.attnum = i.indkey[a.attnum - 1] AND t.attnum > 0
  LEFT JOIN pg_opclass o ON o.oid = i.indclass[a.attnum - 1]
  LEFT JOIN LATERAL (SELECT * FROM pg_stats s
     WHERE (s.schemaname, s.tablename, s.attname) = (tn.nspname, tc.relname, t.attname)
        OR (s.schemaname, s.tablename, s.attname) = (n.nspname, c.relname, a.attname)
     ORDER BY s.inherited LIMIT 1) s ON true
 WHERE a.attrelid = i.indexrelid`;

/** Reads the leaves of an index, from the twin. */
export async function readIndexParts(
  twin: Client,
  schema: string,
  name: string,
): Promise<IndexParts[]> {
  const { rows } = await twin.query<IndexParts>(
    `WITH RECURSIVE tree (oid) AS (
       SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relname = $2
        UNION ALL SELECT h.inhrelid FROM pg_inherits h JOIN tree ON h.inhparent = tree.oid)
     SELECT c.oid::int8::float8 AS oid, n.nspname AS schema, c.relname AS name, m.amname AS method,
            tn.nspname AS "tableSchema", tc.relname AS "table", i.indisunique AS "isUnique",
            pg_get_expr(i.indpred, i.indrelid) AS predicate,
            coalesce((SELECT jsonb_object_agg(option_name, option_value)
                        FROM pg_options_to_table(c.reloptions)), '{}') AS options,
            tc.reltuples::float8 AS "tableRows",
            (pg_relation_size(tc.oid) / 8192)::float8 AS "tablePages", (${COLUMNS}) AS columns
       FROM tree JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_am m ON m.oid = c.relam
       JOIN pg_class tc ON tc.oid = i.indrelid JOIN pg_namespace tn ON tn.oid = tc.relnamespace
      WHERE c.relkind = 'i'`,
    [schema, name],
  );
  return rows;
}
