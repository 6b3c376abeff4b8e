import { splitComment } from "../declare/ownershipMark";
import type { Session } from "../session/session";
import { type CanonicalRow, toCanonical } from "./canonicalForm";
import type { LiveIndex, Observation } from "./liveIndex";
import { relationKind } from "./tables";

interface RelationRow {
  readonly oid: number;
  readonly relkind: string;
  readonly isIndex: boolean;
}

/**
 * Reads what exists under a name. The session's search_path must be empty, so that every name comes
 * schema-qualified.
 */
export async function observe(
  session: Session,
  id: { readonly schema: string; readonly name: string },
): Promise<Observation> {
  const [relation] = await session.query<RelationRow>(
    `SELECT c.oid::int8::float8 AS oid, c.relkind, i.indexrelid IS NOT NULL AS "isIndex"
       FROM pg_class c
       JOIN pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_index i ON i.indexrelid = c.oid
      WHERE n.nspname = $1 AND c.relname = $2`,
    [id.schema, id.name],
  );
  if (!relation) return { kind: "absent" };
  if (!relation.isIndex) {
    return { kind: "otherRelation", relationKind: relationKind(relation.relkind) };
  }
  const index = await readIndex(session, relation.oid);
  return index ? { kind: "index", index } : { kind: "absent" };
}

type IndexRow = Omit<LiveIndex, "canonical" | "constraint" | "partOf"> &
  CanonicalRow & {
    readonly constraint: string | null;
    readonly partOf: NonNullable<LiveIndex["partOf"]> | null;
  };

/**
 * Key columns come from `pg_get_indexdef(oid, column, false)`, which prints neither operator class
 * nor order, so those come from the catalog tables. `indnullsnotdistinct` exists only since
 * PostgreSQL 15, hence to_jsonb.
 */
const INDEX_QUERY = `
SELECT c.oid::int8::float8 AS oid, c.relname AS name, t.relname AS table,
       (SELECT nspname FROM pg_namespace WHERE oid = c.relnamespace) AS schema,
       t.oid::int8::float8 AS "tableOid",
       i.indisvalid AS valid, i.indisready AS ready, i.indislive AS live,
       i.indisreplident AS "isReplicaIdentity", c.relkind = 'I' AS "isPartitioned",
       pg_get_indexdef(c.oid) AS definition,
       coalesce((SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree(c.oid)),
                pg_relation_size(c.oid))::float8 AS "sizeBytes",
       coalesce(CASE WHEN c.relkind = 'I' THEN (
         SELECT sum(greatest(r.reltuples, 0)) FROM pg_partition_tree(c.oid) AS part
           JOIN pg_index x ON x.indexrelid = part.relid JOIN pg_class r ON r.oid = x.indrelid
          WHERE part.isleaf) END, t.reltuples)::float8 AS "tableRows",
       con.conname AS constraint, con.contype AS "constraintType",
       EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid AND contype = 'f')
         AS "isReferenced",
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
  LEFT JOIN pg_constraint con ON con.conindid = c.oid AND con.contype IN ('p', 'u', 'x')
 WHERE i.indexrelid = ANY($1::int8[]::oid[])`;

/** Reads one index by OID; undefined when it is gone. */
export async function readIndex(session: Session, oid: number): Promise<LiveIndex | undefined> {
  const [index] = await readIndexes(session, [oid]);
  return index;
}

/** Reads the indexes whose mark has this owner ID. */
export async function findMarkedIndexes(session: Session, ownerId: string): Promise<LiveIndex[]> {
  const rows = await session.query<{ oid: number }>(
    `SELECT d.objoid::int8::float8 AS oid
       FROM pg_description d JOIN pg_index i ON i.indexrelid = d.objoid
      WHERE d.classoid = 'pg_class'::regclass AND d.objsubid = 0
        AND strpos(d.description, $1) > 0`,
    [` id=${ownerId} `],
  );
  const indexes = await readIndexes(
    session,
    rows.map(({ oid }) => oid),
  );
  return indexes.filter(({ mark }) => mark?.id === ownerId);
}

/** Reads indexes by OID; omits those that are gone. */
export async function readIndexes(session: Session, oids: readonly number[]): Promise<LiveIndex[]> {
  if (oids.length === 0) return [];
  const rows = await session.query<IndexRow>(INDEX_QUERY, [oids]);
  return rows.filter(isStillThere).map(toLiveIndex);
}

/**
 * The server's functions read the current catalog, while the rest of the query reads its snapshot:
 * they return null for an index that is dropped in between.
 */
function isStillThere({ definition, sizeBytes, keys, include }: IndexRow): boolean {
  const printed: unknown[] = [definition, sizeBytes, ...keys.map((key) => key.definition)];
  return ![...printed, ...include].includes(null);
}

function toLiveIndex(row: IndexRow): LiveIndex {
  const { accessMethod, unique, nullsNotDistinct, keys, include, predicate, ...rest } = row;
  const { storageParameters, tablespace, comment, constraintType, ...more } = rest;
  const { deferrable, exclusion, constraint, partOf, ...live } = more;
  return {
    ...live,
    constraint: constraint ?? undefined,
    partOf: partOf ?? undefined,
    mark: splitComment(comment).mark,
    canonical: toCanonical(row),
  };
}
