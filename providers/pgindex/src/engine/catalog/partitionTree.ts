import type { Session } from "../session/session";

interface PartitionRow {
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  readonly parentOid: number;
  readonly isLeaf: boolean;
}

/** Partitions of a table at every depth, parents first. */
export async function readPartitionTree(
  session: Session,
  tableOid: number,
): Promise<PartitionRow[]> {
  return session.query<PartitionRow>(
    `SELECT t.relid::oid::int8::float8 AS oid, n.nspname AS schema, c.relname AS table,
            t.parentrelid::oid::int8::float8 AS "parentOid", t.isleaf AS "isLeaf"
       FROM pg_partition_tree($1::int8::oid::regclass) t
       JOIN pg_class c ON c.oid = t.relid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE t.level > 0 ORDER BY t.level, n.nspname, c.relname`,
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
