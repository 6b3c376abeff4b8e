import type { Session } from "../session/session";
import { everything } from "../session/sharedReads";
import { eachTextOnce } from "../text/eachTextOnce";
import { qualified } from "../text/sql";
import type { LiveTable } from "./liveIndex";

/**
 * `pg_class.relkind`: the letters that matter to an index
 * (https://www.postgresql.org/docs/current/catalog-pg-class.html).
 */
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

/** The name of a relation kind, or the letter itself if it is not listed. */
export function relationKind(letter: string): string {
  return RELATION_KINDS[letter] ?? letter;
}

/**
 * Relations with a lower OID are PostgreSQL's own, on which it lets nobody create an index
 * (FirstUnpinnedObjectId in access/transam.h).
 */
export const FIRST_USER_OID = 12000;

interface TableRow extends LiveTable {
  readonly schema: string;
  readonly name: string;
}

/** By their qualified names. `place`: among all of them, in the order of their OIDs. */
type Tables = ReadonlyMap<string, LiveTable & { readonly place: number }>;

/** Takes no lock on a table: `pg_table_size` could wait for one unnoticed. */
const TABLES = `
SELECT c.oid::int8::float8 AS oid, n.nspname AS schema, c.relname AS name,
       CASE WHEN c.oid < ${FIRST_USER_OID} THEN 'system table'
            ELSE c.relkind::text END AS kind,
       c.reltuples::float8 AS rows,
       (CASE WHEN c.relkind = 'p' THEN (
          WITH RECURSIVE tree AS (
            SELECT inhrelid FROM pg_inherits WHERE inhparent = c.oid
            UNION ALL
            SELECT i.inhrelid FROM pg_inherits i JOIN tree ON i.inhparent = tree.inhrelid)
          SELECT coalesce(sum(p.relpages), 0)
            FROM pg_class p JOIN tree ON tree.inhrelid = p.oid)
        ELSE c.relpages END) * current_setting('block_size')::float8 AS "sizeBytes"
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace`;

/** Reads the table of an index; undefined if it does not exist. */
export async function readTable(
  session: Session,
  { schema, table }: { readonly schema: string; readonly table: string },
): Promise<LiveTable | undefined> {
  const all = await everything(session, allTables);
  if (all) return all.get(qualified(schema, table));
  const named = `${TABLES} WHERE n.nspname = $1 AND c.relname = $2`;
  const [row] = await session.query<TableRow>(named, [schema, table]);
  return row && liveTable(row);
}

async function allTables(session: Session): Promise<Tables> {
  const rows = await session.query<TableRow>(
    `${TABLES} WHERE c.oid >= ${FIRST_USER_OID} AND c.relkind NOT IN ('i', 'I', 't')
      ORDER BY c.oid`,
  );
  return new Map(
    rows.map((row, place) => [qualified(row.schema, row.name), { ...liveTable(row), place }]),
  );
}

function liveTable({ oid, kind, rows, sizeBytes }: TableRow): LiveTable {
  return { oid, kind: relationKind(kind), rows, sizeBytes };
}

/** A column of a table, as far as an index on it is concerned. */
export interface Column {
  readonly name: string;
  /** As `pg_get_indexdef` prints it. */
  readonly printed: string;
  /** Schema-qualified; null where its type has none. */
  readonly collation: string | null;
  /** A virtual generated column, which no index can have. */
  readonly isVirtual: boolean;
  /**
   * The operator class that a btree index on it has where none is named, schema-qualified; null
   * where that takes more than a look to say.
   */
  readonly btreeClass: string | null;
  /** Bytes, as ANALYZE found them; null if it has not. */
  readonly width: number | null;
  /** Neither a domain nor anything else that somebody has made. */
  readonly hasBuiltinType: boolean;
  /** Our role may read it, and PostgreSQL's own code compares its values. */
  readonly isReadable: boolean;
}

/** https://www.postgresql.org/docs/current/catalog-pg-type.html: both are PostgreSQL's own. */
const VARCHAR = 1043;
const TEXT = 25;

/**
 * The server takes a default class of the very type if there is one, and only one (GetDefaultOpClass
 * in commands/indexcmds.c). `varchar` has none: among those of types that it is binary-coercible to,
 * the server prefers the one of a preferred type of its category, which is `text` alone.
 */
const DEFAULTS = `
  defaults AS (
    SELECT o.opcintype AS type, quote_ident(n.nspname) || '.' || quote_ident(o.opcname) AS class,
           t.typispreferred AND t.typcategory = 'S' AS "isPreferredString"
      FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace
      JOIN pg_type t ON t.oid = o.opcintype
     WHERE o.opcdefault AND o.opcmethod = (SELECT oid FROM pg_am WHERE amname = 'btree')),
  classes AS (
    SELECT type, CASE WHEN count(*) = 1 THEN min(class) END AS class FROM defaults GROUP BY type),
  varchars AS (
    SELECT CASE WHEN count(*) = 1 AND min(type::int8) = ${TEXT} THEN min(class) END AS class
      FROM defaults
     WHERE "isPreferredString"
       AND NOT EXISTS (SELECT FROM defaults WHERE type = ${VARCHAR}::oid))`;

/** `OFFSET 0`: the server would read the statistics of all tables for those of 500. */
const COLUMNS = `
  WITH ${DEFAULTS}
SELECT c.oid::int8::float8 AS "tableOid", a.attname::text AS name, quote_ident(a.attname) AS printed,
       a.attgenerated = 'v' AS "isVirtual", s.avg_width::float8 AS width,
       a.atttypid < ${FIRST_USER_OID}::oid AS "hasBuiltinType",
       a.atttypid < ${FIRST_USER_OID}::oid AND has_table_privilege(c.oid, 'SELECT') AS "isReadable",
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(co.collname)
          FROM pg_collation co JOIN pg_namespace n ON n.oid = co.collnamespace
         WHERE co.oid = a.attcollation) AS collation,
       CASE WHEN a.atttypid = ${VARCHAR}::oid THEN (SELECT class FROM varchars)
            ELSE (SELECT class FROM classes WHERE type = a.atttypid) END AS "btreeClass"
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN LATERAL (
       SELECT avg_width FROM pg_stats
        WHERE schemaname = n.nspname AND tablename = c.relname AND attname = a.attname
          AND NOT inherited
       OFFSET 0) AS s ON true
 WHERE a.attnum > 0 AND NOT a.attisdropped`;

/** Reads the columns of a table: none if there is no such table. */
export async function readColumns(
  session: Session,
  { schema, table }: { readonly schema: string; readonly table: string },
): Promise<readonly Column[]> {
  const tables = await everything(session, allTables);
  if (!tables) {
    const named = `${COLUMNS} AND n.nspname = $1 AND c.relname = $2`;
    return session.query<Column>(named, [schema, table]);
  }
  const found = tables.get(qualified(schema, table));
  if (!found) return [];
  const block = Math.floor(found.place / TABLES_AT_ONCE);
  const read = () => columnsOf(session, tables, block);
  const near = await (session.shared?.kept(`columns ${block}`, read) ?? read());
  return near.get(found.oid) ?? [];
}

/** Those of ten thousand tables would be an answer of a million rows. */
const TABLES_AT_ONCE = 500;

/** The columns of some tables that have their OIDs one after the other, by those. */
async function columnsOf(
  session: Session,
  tables: Tables,
  block: number,
): Promise<ReadonlyMap<number, Column[]>> {
  const from = block * TABLES_AT_ONCE;
  const near = [...tables.values()].slice(from, from + TABLES_AT_ONCE);
  const columns = new Map(near.map(({ oid }) => [oid, [] as Column[]]));
  const rows = await session.query<Column & { readonly tableOid: number }>(
    `${COLUMNS} AND c.oid = ANY ($1::int8[]::oid[])`,
    [[...columns.keys()]],
  );
  const once = eachTextOnce();
  for (const { tableOid, ...column } of rows) {
    const { name, printed, collation, btreeClass } = column;
    const texts = { name: once(name), printed: once(printed), collation: once(collation) };
    columns.get(tableOid)?.push({ ...column, ...texts, btreeClass: once(btreeClass) });
  }
  return columns;
}
