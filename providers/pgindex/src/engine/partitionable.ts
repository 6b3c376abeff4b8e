import type { LiveTable } from "./catalog/liveIndex";
import type { DesiredIndex } from "./declare/desiredIndex";
import { PgIndexError } from "./errors/advice";
import type { Session } from "./session/session";
import { foreignPartitionAdvice, partitionKeyAdvice } from "./tableMessages";

interface PartitionedTable {
  readonly label: string;
  /** Columns of the partition key; null stands for an expression. */
  readonly keyColumns: readonly (string | null)[];
}

/** Refuses what PostgreSQL refuses of a partitioned index, which an index on a temporary copy of the table does not show. */
export async function requirePartitionable(
  session: Session,
  desired: DesiredIndex,
  table: LiveTable,
): Promise<void> {
  const [foreign] = await session.query<{ label: string }>(
    `SELECT t.relid::regclass::text AS label
       FROM pg_partition_tree($1::int8::oid::regclass) t JOIN pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'f' LIMIT 1`,
    [table.oid],
  );
  if (foreign) throw new PgIndexError(foreignPartitionAdvice(desired, foreign.label));
  if (!desired.unique) return;
  const columns = new Set(desired.keys.map((key) => key.column));
  const missing = (await readPartitionKeys(session, table)).find(
    ({ keyColumns }) => !keyColumns.every((column) => column !== null && columns.has(column)),
  );
  if (missing)
    throw new PgIndexError(partitionKeyAdvice(desired, missing.label, missing.keyColumns));
}

/** The partition keys of the table and of its partitions that are partitioned themselves. */
async function readPartitionKeys(session: Session, table: LiveTable): Promise<PartitionedTable[]> {
  return session.query<PartitionedTable>(
    `SELECT p.partrelid::regclass::text AS label,
            (SELECT jsonb_agg(a.attname ORDER BY k.at)
               FROM unnest(p.partattrs::int2[]) WITH ORDINALITY AS k(attnum, at)
               LEFT JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = k.attnum AND k.attnum > 0) AS "keyColumns"
       FROM pg_partition_tree($1::int8::oid::regclass) t JOIN pg_partitioned_table p ON p.partrelid = t.relid`,
    [table.oid],
  );
}
