import { type CanonicalRow, toCanonical } from "./canonical";
import type { LiveIndex, LiveTable, Observation } from "./declare/desiredIndex";
import type { BuildPrivileges } from "./session/roleMessages";
import type { Session } from "./session/session";

/** `pg_class.relkind`: the letters that matter to an index (https://www.postgresql.org/docs/current/catalog-pg-class.html). */
const RELATION_KINDS: Readonly<Record<string, string>> = {
  r: "table",
  p: "partitioned table",
  m: "materialized view",
  v: "view",
  f: "foreign table",
  i: "index",
  I: "partitioned index",
  S: "sequence",
  c: "composite type",
  t: "TOAST table",
};

/** A kind that we have no word for is named by its letter. */
function relationKind(letter: string): string {
  return RELATION_KINDS[letter] ?? letter;
}

interface RelationRow {
  readonly oid: number;
  readonly relkind: string;
  readonly isIndex: boolean;
}

/** What stands under a name. Read-only; the session's search_path must be empty, so that everything comes qualified. */
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

type IndexRow = Omit<LiveIndex, "canonical" | "constraint"> &
  CanonicalRow & { readonly constraint: string | null };

/**
 * Key columns come from `pg_get_indexdef(oid, column, false)`, which prints neither operator class nor order, so that
 * those are read from the catalog itself. `indnullsnotdistinct` exists from 15 on, hence to_jsonb.
 */
const INDEX_QUERY = `
SELECT c.oid::int8::float8 AS oid, n.nspname AS schema, c.relname AS name, t.relname AS table,
       t.oid::int8::float8 AS "tableOid", i.indisvalid AS valid, i.indisready AS ready, i.indislive AS live,
       i.indisreplident AS "isReplicaIdentity", c.relkind = 'I' AS "isPartitioned",
       pg_get_indexdef(c.oid) AS definition,
       coalesce((SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree(c.oid)),
                pg_relation_size(c.oid))::float8 AS "sizeBytes",
       coalesce(CASE WHEN c.relkind = 'I' THEN (
         SELECT sum(greatest(r.reltuples, 0)) FROM pg_partition_tree(c.oid) AS part
           JOIN pg_index x ON x.indexrelid = part.relid JOIN pg_class r ON r.oid = x.indrelid
          WHERE part.isleaf) END, t.reltuples)::float8 AS "tableRows", con.conname AS constraint, con.contype AS "constraintType",
       EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid AND contype = 'f') AS "isReferenced",
       i.indisclustered AS "isClustered", obj_description(c.oid, 'pg_class') AS comment,
       am.amname AS "accessMethod", i.indisunique AS unique,
       coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS "nullsNotDistinct",
       pg_get_expr(i.indpred, i.indrelid) AS predicate,
       coalesce(c.reloptions, '{}') AS "storageParameters",
       (SELECT spcname FROM pg_tablespace WHERE oid = coalesce(nullif(c.reltablespace, 0),
          (SELECT dattablespace FROM pg_database WHERE datname = current_database()))) AS tablespace,
       (SELECT jsonb_agg(jsonb_build_object(
                 'definition', pg_get_indexdef(c.oid, k, false),
                 'operatorClass', (SELECT quote_ident(ns.nspname) || '.' || quote_ident(oc.opcname)
                                     FROM pg_opclass oc JOIN pg_namespace ns ON ns.oid = oc.opcnamespace
                                    WHERE oc.oid = i.indclass[k - 1]),
                 'collation', (SELECT quote_ident(ns.nspname) || '.' || quote_ident(co.collname)
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
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_am am ON am.oid = c.relam
  LEFT JOIN pg_constraint con ON con.conindid = c.oid AND con.contype IN ('p', 'u', 'x')
 WHERE i.indexrelid = ANY($1::int8[]::oid[])`;

/** Reads one index by OID; undefined when it is gone. */
export async function readIndex(session: Session, oid: number): Promise<LiveIndex | undefined> {
  const [index] = await readIndexes(session, [oid]);
  return index;
}

/** Reads indexes by OID; those that are gone are left out. */
export async function readIndexes(session: Session, oids: readonly number[]): Promise<LiveIndex[]> {
  if (oids.length === 0) return [];
  const rows = await session.query<IndexRow>(INDEX_QUERY, [oids]);
  return rows.filter(isStillThere).map(toLiveIndex);
}

/**
 * The server's functions see the catalog as it is now, the rest of the query as it was when it began: of an index that is dropped between
 * the two they print null.
 */
function isStillThere({ definition, sizeBytes, keys, include }: IndexRow): boolean {
  const printed: unknown[] = [definition, sizeBytes, ...keys.map((key) => key.definition)];
  return ![...printed, ...include].includes(null);
}

function toLiveIndex(row: IndexRow): LiveIndex {
  const { accessMethod, unique, nullsNotDistinct, keys, include, predicate, ...rest } = row;
  const { storageParameters, tablespace, comment, constraintType, constraint, ...live } = rest;
  return { ...live, constraint: constraint ?? undefined, canonical: toCanonical(row) };
}

/** The OIDs and names of the INVALID indexes of a table: leftovers of builds and of REINDEX are among them. */
export async function invalidIndexesOf(
  session: Session,
  tableOid: number,
): Promise<{ readonly oid: number; readonly name: string }[]> {
  return session.query(
    `SELECT c.oid::int8::float8 AS oid, c.relname AS name
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE i.indrelid = $1 AND NOT i.indisvalid ORDER BY c.oid`,
    [tableOid],
  );
}

/** Below it are the relations that PostgreSQL itself is made of, to which it adds nobody's index (FirstUnpinnedObjectId in access/transam.h). */
const FIRST_USER_OID = 12000;

/** Reads the table that an index is to be on; undefined when there is none. Takes no lock: `pg_table_size` would wait behind one, unseen. */
export async function readTable(
  session: Session,
  id: { readonly schema: string; readonly table: string },
): Promise<LiveTable | undefined> {
  const [row] = await session.query<LiveTable>(
    `SELECT c.oid::int8::float8 AS oid, CASE WHEN c.oid < ${FIRST_USER_OID} THEN 'system table' ELSE c.relkind::text END AS kind,
            c.reltuples::float8 AS rows,
            (CASE WHEN c.relkind = 'p' THEN (
               WITH RECURSIVE tree AS (
                 SELECT inhrelid FROM pg_inherits WHERE inhparent = c.oid
                 UNION ALL SELECT i.inhrelid FROM pg_inherits i JOIN tree ON i.inhparent = tree.inhrelid)
               SELECT coalesce(sum(p.relpages), 0) FROM pg_class p JOIN tree ON tree.inhrelid = p.oid)
             ELSE c.relpages END) * current_setting('block_size')::float8 AS "sizeBytes"
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2`,
    [id.schema, id.table],
  );
  return row && { ...row, kind: relationKind(row.kind) };
}

/** What a build needs: the table's ownership (MAINTAIN is not enough), CREATE on its schema, and on the tablespace where one is declared. */
export async function readPrivileges(
  session: Session,
  tableOid: number,
  tablespace?: string,
): Promise<BuildPrivileges> {
  // Before 16 every member may act as the role.
  const member = session.serverVersion >= 160000 ? "SET" : "MEMBER";
  const [row] = await session.query<BuildPrivileges>(
    `SELECT current_user AS role, pg_get_userbyid(c.relowner) AS owner,
            pg_has_role(c.relowner, 'USAGE') AS "ownsTable",
            pg_has_role(c.relowner, '${member}') AS "mayActAsOwner",
            has_schema_privilege(c.relnamespace, 'CREATE') AS "createsInSchema",
            coalesce((SELECT has_tablespace_privilege(s.oid, 'CREATE') OR s.oid = d.dattablespace
               FROM pg_tablespace s, pg_database d WHERE s.spcname = $2 AND d.datname = current_database()), true)
              AS "createsInTablespace"
       FROM pg_class c WHERE c.oid = $1`,
    [tableOid, tablespace],
  );
  if (!row) throw new Error("the table vanished while its privileges were read");
  return row;
}
