import type { Session } from "../session/session";
import type { RelationName } from "./liveIndex";

/**
 * An index with its table and, if partitioned, those of every partition, which are what plans and
 * counters show.
 */
export interface IndexTree extends IndexOnTable {
  /** The table first, then its partitions at any depth, with their sizes in pages. */
  readonly tables: readonly (RelationName & { readonly pages?: number })[];
  /** The index first, then its partitions' indexes; empty while there is no index. */
  readonly indexes: readonly (RelationName & { readonly oid: number })[];
}

/**
 * A `WITH RECURSIVE` clause for {@link MEMBERS}: the relation of that name and kind, and everything
 * below it. `$1` schema, `$2` name.
 */
const treeOf = (kinds: string) => `
WITH RECURSIVE tree (oid, depth) AS (
  SELECT c.oid, 0 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN (${kinds})
   UNION ALL
  SELECT i.inhrelid, tree.depth + 1 FROM pg_inherits i JOIN tree ON i.inhparent = tree.oid)`;

/** The index and its partitions' indexes, as `tree (oid, depth)`. */
const INDEX_TREE = treeOf("'i', 'I'");

/** Includes children by plain inheritance: a query on the parent scans them too. */
const TABLE_TREE = treeOf("'r', 'p', 'm', 'f'");

const MEMBERS = `
SELECT n.nspname AS schema, c.relname AS name, c.oid::int8::float8 AS oid,
       greatest(1, c.relpages)::float8 AS pages
  FROM tree JOIN pg_class c ON c.oid = tree.oid JOIN pg_namespace n ON n.oid = c.relnamespace
 ORDER BY tree.depth, 1, 2`;

/** Reads which relations a plan can name when it uses the index or reads its table. */
export async function readIndexTree(session: Session, index: IndexOnTable): Promise<IndexTree> {
  const { schema, table, name } = index;
  return {
    schema,
    table,
    name,
    tables: await session.query<RelationName & { readonly pages: number }>(TABLE_TREE + MEMBERS, [
      schema,
      table,
    ]),
    indexes: await session.query(INDEX_TREE + MEMBERS, [schema, name]),
  };
}

/** An index with its table, by name. */
export interface IndexOnTable {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
}

/**
 * For a FROM clause: the partitions of the relation `$1` at every depth, itself first, each with its
 * row of pg_class. `OFFSET 0`: the server expects a thousand of them, and would read all of pg_class
 * for three.
 */
export const PARTITION_TREE = `(
  SELECT t.level, t.isleaf AS "isLeaf", t.parentrelid::oid AS parent, c.*
    FROM pg_partition_tree($1::int8::oid::regclass) t
   CROSS JOIN LATERAL (SELECT * FROM pg_class WHERE oid = t.relid OFFSET 0) c)`;

interface PartitionRow {
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  readonly parentOid: number;
  readonly isLeaf: boolean;
  /** A foreign table, which has no indexes here. */
  readonly isForeign: boolean;
}

/** Partitions of a table at every depth, parents first. */
export async function readPartitionTree(
  session: Session,
  tableOid: number,
): Promise<PartitionRow[]> {
  return session.query<PartitionRow>(
    `SELECT t.oid::int8::float8 AS oid, n.nspname AS schema, t.relname AS table,
            t.parent::int8::float8 AS "parentOid", t."isLeaf", t.relkind = 'f' AS "isForeign"
       FROM ${PARTITION_TREE} t JOIN pg_namespace n ON n.oid = t.relnamespace
      WHERE t.level > 0 ORDER BY t.level, n.nspname, t.relname`,
    [tableOid],
  );
}

interface Attachment {
  readonly oid: number;
  readonly tableOid: number;
  readonly parentIndexOid: number | null;
}

/** Every index of the given tables, with the partitioned index it is attached to. */
export async function readAttachments(
  session: Session,
  tableOids: readonly number[],
): Promise<Attachment[]> {
  return session.query<Attachment>(
    `SELECT i.indexrelid::int8::float8 AS oid, i.indrelid::int8::float8 AS "tableOid",
            h.inhparent::int8::float8 AS "parentIndexOid"
       FROM pg_index i LEFT JOIN pg_inherits h ON h.inhrelid = i.indexrelid
      WHERE i.indrelid = ANY($1::int8[]::oid[])`,
    [tableOids],
  );
}
