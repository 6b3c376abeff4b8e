import type { CanonicalRow } from "./canonicalForm";
import type { LiveIndex } from "./liveIndex";

export type IndexRow = Omit<LiveIndex, "canonical" | "constraint" | "partOf"> &
  CanonicalRow & {
    readonly constraint: string | null;
    readonly partOf: NonNullable<LiveIndex["partOf"]> | null;
  };

/**
 * The constraint that the index `i` backs, as `con`. `pg_constraint` has no index by `conindid`: a
 * search by that alone reads all of it.
 */
export const OWN_CONSTRAINT = `LEFT JOIN pg_constraint con
    ON con.conrelid = i.indrelid AND con.conindid = i.indexrelid AND con.contype IN ('p', 'u', 'x')`;

/**
 * Key columns come from `pg_get_indexdef(oid, column, false)`, which prints neither operator class
 * nor order, so those come from the catalog tables. `indnullsnotdistinct` exists only since
 * PostgreSQL 15, hence to_jsonb. Of constraints, only foreign keys depend on an index
 * (CreateConstraintEntry in catalog/pg_constraint.c). `$1`: OIDs.
 */
export const INDEX_QUERY = `
SELECT c.oid::int8::float8 AS oid, c.relname AS name, t.relname AS table,
       (SELECT nspname FROM pg_namespace WHERE oid = c.relnamespace) AS schema,
       t.oid::int8::float8 AS "tableOid",
       i.indisvalid AS valid, i.indisready AS ready, i.indislive AS live,
       i.indisreplident AS "isReplicaIdentity", c.relkind = 'I' AS "isPartitioned",
       pg_get_indexdef(c.oid) AS definition,
       coalesce((SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree(c.oid)),
                pg_relation_size(c.oid))::float8 AS "sizeBytes",
       coalesce(CASE WHEN c.relkind = 'I' THEN (
         SELECT sum(greatest((SELECT r.reltuples FROM pg_index x
                                JOIN pg_class r ON r.oid = x.indrelid
                               WHERE x.indexrelid = part.relid), 0))
           FROM pg_partition_tree(c.oid) AS part WHERE part.isleaf) END, t.reltuples)::float8
         AS "tableRows",
       con.conname AS constraint, con.contype AS "constraintType",
       EXISTS (SELECT FROM pg_depend d
                WHERE d.classid = 'pg_constraint'::regclass AND d.refclassid = 'pg_class'::regclass
                  AND d.refobjid = c.oid) AS "isReferenced",
       (SELECT jsonb_build_object('schema', rn.nspname, 'name', r.relname, 'table', rt.relname)
          FROM pg_class r JOIN pg_namespace rn ON rn.oid = r.relnamespace
          JOIN pg_index ri ON ri.indexrelid = r.oid JOIN pg_class rt ON rt.oid = ri.indrelid
         WHERE r.oid = pg_partition_root(c.oid) AND r.oid <> c.oid) AS "partOf",
       NOT i.indimmediate AS deferrable, i.indisexclusion AS exclusion,
       i.indisclustered AS "isClustered", obj_description(c.oid, 'pg_class') AS comment,
       (SELECT amname FROM pg_am WHERE oid = c.relam) AS "accessMethod", i.indisunique AS unique,
       coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS "nullsNotDistinct",
       pg_get_expr(i.indpred, i.indrelid) AS predicate,
       coalesce(c.reloptions, '{}') AS "storageParameters",
       (SELECT spcname FROM pg_tablespace WHERE oid = coalesce(nullif(c.reltablespace, 0),
          (SELECT dattablespace FROM pg_database WHERE datname = current_database())))
         AS tablespace,
       (SELECT jsonb_agg(jsonb_build_object(
                 'definition', pg_get_indexdef(c.oid, k, false),
                 'operatorClass', (
                   SELECT quote_ident(ns.nspname) || '.' || quote_ident(oc.opcname)
                     FROM pg_opclass oc JOIN pg_namespace ns ON ns.oid = oc.opcnamespace
                    WHERE oc.oid = i.indclass[k - 1]),
                 'collation', (
                   SELECT quote_ident(ns.nspname) || '.' || quote_ident(co.collname)
                     FROM pg_collation co JOIN pg_namespace ns ON ns.oid = co.collnamespace
                    WHERE co.oid = i.indcollation[k - 1]),
                 'option', i.indoption[k - 1], 'statistics', a.attstattarget,
                 'parameters', to_jsonb(a.attoptions)) ORDER BY k)
          FROM generate_series(1, i.indnkeyatts) AS k
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k) AS keys,
       (SELECT coalesce(jsonb_agg(pg_get_indexdef(c.oid, k, false) ORDER BY k), '[]')
          FROM generate_series(i.indnkeyatts + 1, i.indnatts) AS k) AS include
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_class t ON t.oid = i.indrelid
  ${OWN_CONSTRAINT}
 WHERE i.indexrelid = ANY($1::int8[]::oid[])`;
