/**
 * One statement for all tables, however many indexes they have. It takes ACCESS SHARE on each
 * relation whose length it asks for, and reads no row of theirs. Run with an empty search_path, so
 * that the server prints every name with its schema.
 *
 * `$1`: OIDs of the relations that the queries and the index name. `$2`, `$3`: schemas (or null)
 * and names of functions in their texts.
 */
export function productionSql(serverVersion: number): string {
  return `
WITH RECURSIVE tree (oid) AS (
  SELECT unnest($1::oid[])
   UNION
  SELECT next.oid FROM tree CROSS JOIN LATERAL (
    SELECT inhrelid FROM pg_inherits WHERE inhparent = tree.oid
     UNION ALL
    SELECT d.refobjid FROM pg_class v
      JOIN pg_rewrite r ON r.ev_class = v.oid
      JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
     WHERE v.oid = tree.oid AND v.relkind = 'v' AND d.refclassid = 'pg_class'::regclass) AS next (oid)),
rel AS (
  SELECT c.*, n.nspname FROM tree JOIN pg_class c USING (oid)
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
     AND c.relkind IN ('r', 'p', 'm', 'v', 'f')),
att AS (
  SELECT a.*, d.adbin, d.oid AS defoid FROM rel
    JOIN pg_attribute a ON a.attrelid = rel.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated <> ''),
idx AS (
  SELECT i.*, c.relname, c.relpages, c.reltuples, c.relkind, n.nspname, m.amname
    FROM rel JOIN pg_index i ON i.indrelid = rel.oid AND i.indisvalid
    JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_am m ON m.oid = c.relam),
con AS (
  SELECT k.* FROM rel JOIN pg_constraint k ON k.conrelid = rel.oid
   WHERE k.contype IN ('p', 'u', 'x')
      -- A table's own: what it has from its parent, the parent gives it in the twin too.
      OR (k.contype = 'c' AND (k.coninhcount = 0 OR NOT EXISTS (
            SELECT FROM pg_inherits h JOIN rel parent ON parent.oid = h.inhparent
             WHERE h.inhrelid = k.conrelid)))
      OR (k.contype = 'f' AND k.confrelid IN (SELECT oid FROM rel) AND k.conparentid = 0)),
used (class, obj) AS (
  SELECT 'pg_class'::regclass::oid, indexrelid FROM idx
   UNION ALL SELECT 'pg_class'::regclass, oid FROM rel WHERE relkind = 'p'
   UNION ALL SELECT 'pg_attrdef'::regclass, defoid FROM att WHERE defoid IS NOT NULL
   UNION ALL SELECT 'pg_constraint'::regclass, oid FROM con
   UNION ALL SELECT 'pg_rewrite'::regclass, r.oid FROM rel JOIN pg_rewrite r ON r.ev_class = rel.oid),
dep AS (
  SELECT DISTINCT d.refclassid, d.refobjid FROM used
    JOIN pg_depend d ON d.classid = used.class AND d.objid = used.obj),
fn AS (
  SELECT p.oid, n.nspname, p.proargtypes, p.prorettype, p.prolang, p.prokind FROM pg_proc p
    JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
     AND (p.oid IN (SELECT refobjid FROM dep WHERE refclassid = 'pg_proc'::regclass)
          OR EXISTS (SELECT FROM unnest($2::name[], $3::name[]) AS f (schema, name)
                      WHERE f.name = p.proname AND coalesce(f.schema, n.nspname) = n.nspname))
     AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.deptype = 'e'
                        AND e.classid = 'pg_proc'::regclass AND e.objid = p.oid)),
typ (oid) AS (
  SELECT atttypid FROM att
   UNION SELECT refobjid FROM dep WHERE refclassid = 'pg_type'::regclass
   UNION SELECT unnest(proargtypes) FROM fn UNION SELECT prorettype FROM fn
   UNION
  SELECT next.oid FROM typ JOIN pg_type t USING (oid) CROSS JOIN LATERAL (
    SELECT t.typelem UNION ALL SELECT t.typbasetype
     UNION ALL SELECT rngsubtype FROM pg_range WHERE rngtypid = t.oid
     UNION ALL SELECT a.atttypid FROM pg_attribute a
               WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) AS next (oid)
   WHERE next.oid <> 0),
made AS (
  SELECT t.*, n.nspname FROM typ JOIN pg_type t USING (oid) JOIN pg_namespace n ON n.oid = t.typnamespace
    LEFT JOIN pg_class c ON c.oid = t.typrelid
   WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND coalesce(c.relkind, 'c') = 'c'
     AND t.typtype IN ('e', 'd', 'c', 'r')
     AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.deptype = 'e'
                        AND e.classid = 'pg_type'::regclass AND e.objid = t.oid)),
coll AS (
  SELECT l.*, n.nspname FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
   WHERE n.nspname <> 'pg_catalog' AND (l.oid IN (SELECT attcollation FROM att)
      OR l.oid IN (SELECT unnest(indcollation) FROM idx) OR l.oid IN (SELECT typcollation FROM made)))
SELECT jsonb_build_object(
  'database', (SELECT ${DATABASE(serverVersion)} FROM pg_database WHERE datname = current_database()),
  'extensions', (SELECT ${list("jsonb_build_object('name', e.extname, 'schema', n.nspname)", "e.extname")}
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
   WHERE EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_extension'::regclass
      AND d.refobjid = e.oid AND d.deptype = 'e' AND d.classid IN
        ('pg_type'::regclass, 'pg_opclass'::regclass, 'pg_operator'::regclass, 'pg_proc'::regclass))),
  'collations', (SELECT ${list(COLLATION(serverVersion), "coll.collname")} FROM coll),
  'types', (SELECT ${list(TYPE, "made.oid")} FROM made),
  'functions', (SELECT ${list(FUNCTION, "fn.oid")} FROM fn),
  'relations', (SELECT ${list(RELATION, "rel.oid")} FROM rel),
  'indexes', (SELECT ${list(INDEX, "idx.indexrelid")} FROM idx),
  'constraints', (SELECT ${list(CONSTRAINT, "con.contype = 'f', con.oid")} FROM con),
  'statistics', (SELECT ${list(STATISTICS(serverVersion), "s.tablename, s.attname")}
    FROM pg_stats s
    JOIN (SELECT nspname, relname FROM rel UNION ALL SELECT nspname, relname FROM idx) AS of
      ON of.nspname = s.schemaname AND of.relname = s.tablename),
  'extended', (SELECT ${list("jsonb_build_object('schema', rel.nspname, 'table', rel.relname, 'name', x.stxname)", "x.stxname")}
    FROM pg_statistic_ext x JOIN rel ON rel.oid = x.stxrelid)) AS production`;
}

const list = (item: string, order: string) =>
  `coalesce(jsonb_agg(${item} ORDER BY ${order}), '[]'::jsonb)`;

const DATABASE = (version: number) => `jsonb_build_object(
  'version', current_setting('server_version_num')::int,
  'blockSize', current_setting('block_size')::int,
  'encoding', pg_encoding_to_char(encoding), 'collate', datcollate, 'ctype', datctype,
  'provider', ${version >= 150000 ? "datlocprovider" : "'c'"},
  'locale', ${version >= 170000 ? "datlocale" : version >= 150000 ? "daticulocale" : "NULL::text"})`;

const COLLATION = (version: number) => `jsonb_build_object(
  'schema', coll.nspname, 'name', coll.collname, 'provider', coll.collprovider,
  'deterministic', coll.collisdeterministic, 'collate', coll.collcollate, 'ctype', coll.collctype,
  'locale', ${version >= 170000 ? "coll.colllocale" : version >= 150000 ? "coll.colliculocale" : "NULL::text"})`;

const ATTRIBUTE =
  "jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod))";

const TYPE = `jsonb_build_object(
  'schema', made.nspname, 'name', made.typname, 'kind', made.typtype,
  'labels', (SELECT ${list("enumlabel", "enumsortorder")} FROM pg_enum WHERE enumtypid = made.oid),
  'base', CASE WHEN made.typtype = 'd' THEN format_type(made.typbasetype, made.typtypmod) END,
  'notNull', made.typnotnull,
  'checks', (SELECT ${list("pg_get_constraintdef(k.oid)", "k.conname")}
               FROM pg_constraint k WHERE k.contypid = made.oid AND k.contype = 'c'),
  'subtype', (SELECT format_type(rngsubtype, NULL) FROM pg_range WHERE rngtypid = made.oid),
  'attributes', (SELECT ${list(ATTRIBUTE, "a.attnum")}
                   FROM pg_attribute a
                  WHERE a.attrelid = made.typrelid AND a.attnum > 0 AND NOT a.attisdropped))`;

/** Only what the server can run without leaving the database: no C, no untrusted language. */
const FUNCTION = `jsonb_build_object(
  'schema', fn.nspname, 'name', fn.oid::regprocedure::text,
  'sql', CASE WHEN fn.prokind = 'f' AND (SELECT lanname FROM pg_language WHERE oid = fn.prolang)
                IN ('sql', 'plpgsql') THEN pg_get_functiondef(fn.oid) END)`;

const COLUMN = `jsonb_build_object('name', att.attname,
  'type', format_type(att.atttypid, att.atttypmod), 'notNull', att.attnotnull,
  'generated', CASE WHEN att.attgenerated <> '' THEN pg_get_expr(att.adbin, att.attrelid) END,
  'isVirtual', att.attgenerated = 'v',
  'collation', (SELECT format('%I.%I', n.nspname, l.collname) FROM pg_collation l
                  JOIN pg_namespace n ON n.oid = l.collnamespace
                 WHERE l.oid = att.attcollation AND att.attcollation <>
                       (SELECT typcollation FROM pg_type WHERE oid = att.atttypid)))`;

const RELATION = `jsonb_build_object(
  'oid', rel.oid::int8, 'schema', rel.nspname, 'name', rel.relname, 'kind', rel.relkind,
  'method', (SELECT amname FROM pg_am WHERE oid = rel.relam),
  'pages', CASE WHEN rel.relkind IN ('r', 'm')
             THEN pg_relation_size(rel.oid) / current_setting('block_size')::int END,
  'relpages', rel.relpages, 'reltuples', rel.reltuples, 'relallvisible', rel.relallvisible,
  'options', (SELECT jsonb_agg(o) FROM unnest(rel.reloptions) o WHERE o ~ '^(parallel_workers|fillfactor)='),
  'hasRowSecurity', rel.relrowsecurity,
  'partitionKey', CASE WHEN rel.relkind = 'p' THEN pg_get_partkeydef(rel.oid) END,
  'bound', pg_get_expr(rel.relpartbound, rel.oid),
  'parents', (SELECT ${list("h.inhparent::int8", "h.inhseqno")} FROM pg_inherits h
               WHERE h.inhrelid = rel.oid AND h.inhparent IN (SELECT oid FROM rel)),
  'view', CASE WHEN rel.relkind = 'v' THEN pg_get_viewdef(rel.oid) END,
  'tablespaceOptions', (SELECT to_jsonb(spcoptions) FROM pg_tablespace t WHERE t.oid = coalesce(
     nullif(rel.reltablespace, 0), (SELECT dattablespace FROM pg_database WHERE datname = current_database()))),
  'modified', (SELECT n_mod_since_analyze FROM pg_stat_all_tables WHERE relid = rel.oid),
  'analyzedAgo', (SELECT extract(epoch FROM now() - greatest(last_analyze, last_autoanalyze))
                    FROM pg_stat_all_tables WHERE relid = rel.oid),
  'columns', (SELECT ${list(COLUMN, "att.attnum")} FROM att WHERE att.attrelid = rel.oid))`;

const INDEX = `jsonb_build_object(
  'oid', idx.indexrelid::int8, 'table', idx.indrelid::int8, 'schema', idx.nspname,
  'name', idx.relname, 'method', idx.amname, 'definition', pg_get_indexdef(idx.indexrelid),
  'pages', CASE WHEN idx.relkind = 'i'
             THEN pg_relation_size(idx.indexrelid) / current_setting('block_size')::int END,
  'relpages', idx.relpages, 'reltuples', idx.reltuples,
  'parent', (SELECT inhparent::int8 FROM pg_inherits WHERE inhrelid = idx.indexrelid),
  'isNeeded', idx.indisreplident OR idx.indisclustered
    OR EXISTS (SELECT FROM pg_constraint
                WHERE conrelid = idx.indrelid AND conindid = idx.indexrelid)
    OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = idx.indexrelid))`;

const CONSTRAINT = `jsonb_build_object(
  'table', con.conrelid::int8, 'name', con.conname, 'kind', con.contype,
  'index', nullif(con.conindid, 0)::int8, 'definition', pg_get_constraintdef(con.oid))`;

const TEXTS = ["most_common_vals", "histogram_bounds", "most_common_elems"];
const ARRAYS = ["most_common_freqs", "most_common_elem_freqs", "elem_count_histogram"];
const RANGES = ["range_length_histogram", "range_empty_frac", "range_bounds_histogram"];

const STATISTICS = (version: number) => {
  const since17 = version >= 170000 ? RANGES : [];
  const texts = [...TEXTS, ...ARRAYS, ...since17].map((name) => `'${name}', s.${name}::text`);
  return `jsonb_build_object('schemaname', s.schemaname, 'relname', s.tablename,
    'attname', s.attname, 'inherited', s.inherited, 'null_frac', s.null_frac,
    'avg_width', s.avg_width, 'n_distinct', s.n_distinct, 'correlation', s.correlation)
    || jsonb_build_object(${texts.join(", ")})`;
};
