import { PARTITION_TREE } from "../catalog/indexTree";
import type { LiveIndex, LiveTable } from "../catalog/liveIndex";
import { privilegeAdvice } from "../catalog/privilegeMessages";
import { readPrivileges } from "../catalog/privileges";
import { readServerMemory } from "../catalog/serverMemory";
import { CLONE_INDEX, makeClone, onClone } from "../compare/clone";
import type { DesiredIndex } from "../declare/desiredIndex";
import { type Advice, PgIndexError } from "../errors/advice";
import { buildSettingsOf } from "../operation/buildSession";
import type { Database } from "../session/database";
import type { Session } from "../session/session";
import { ident } from "../text/sql";
import { buildMemoryAdvice } from "./declarationMessages";
import {
  foreignPartitionAdvice,
  nullableKeyAdvice,
  partitionedConstraintAdvice,
  partitionKeyAdvice,
  replicaIdentityLostAdvice,
} from "./tableMessages";

interface PartitionedTable {
  readonly label: string;
  /** Columns of the partition key; null for an expression. */
  readonly keyColumns: readonly (string | null)[];
}

/**
 * Refuses a partitioned index that PostgreSQL would refuse. An index on a temporary copy of the
 * table does not reveal these cases. Whether it has foreign partitions. Throws {@link PgIndexError}.
 *
 * @see https://www.postgresql.org/docs/current/ddl-partitioning.html
 */
export async function requirePartitionable(
  session: Session,
  desired: DesiredIndex,
  table: LiveTable,
  entry: LiveIndex | undefined,
): Promise<boolean> {
  const [foreign] = await session.query<{ label: string }>(
    `SELECT oid::regclass::text AS label FROM ${PARTITION_TREE} t WHERE relkind = 'f' LIMIT 1`,
    [table.oid],
  );
  const advice = foreign && foreignPartitionAdvice(desired, foreign.label, entry);
  if (advice) throw new PgIndexError(advice);
  if (!desired.unique) return foreign !== undefined;
  const columns = new Set(desired.keys.map((key) => key.column));
  const missing = (await readPartitionKeys(session, table)).find(
    ({ keyColumns }) => !keyColumns.every((column) => column !== null && columns.has(column)),
  );
  if (missing)
    throw new PgIndexError(partitionKeyAdvice(desired, missing.label, missing.keyColumns));
  return false;
}

/** Reads the partition keys of the table and of its partitions that are themselves partitioned. */
async function readPartitionKeys(session: Session, table: LiveTable): Promise<PartitionedTable[]> {
  return session.query<PartitionedTable>(
    `SELECT p.partrelid::regclass::text AS label,
            (SELECT jsonb_agg(a.attname ORDER BY k.at)
               FROM unnest(p.partattrs::int2[]) WITH ORDINALITY AS k(attnum, at)
               LEFT JOIN pg_attribute a
                 ON a.attrelid = p.partrelid AND a.attnum = k.attnum AND k.attnum > 0
            ) AS "keyColumns"
       FROM pg_partition_tree($1::int8::oid::regclass) t
      CROSS JOIN LATERAL (SELECT * FROM pg_partitioned_table WHERE partrelid = t.relid OFFSET 0) p`,
    [table.oid],
  );
}

/** Advice when the role lacks a privilege that the build needs. */
export async function missingPrivilege(
  observer: Session,
  desired: DesiredIndex,
  table: LiveTable,
): Promise<Advice | undefined> {
  return privilegeAdvice(desired, await readPrivileges(observer, table.oid, desired.tablespace));
}

/** Throws {@link PgIndexError} when the role lacks a privilege that the build needs. */
export async function requirePrivileges(...of: Parameters<typeof missingPrivilege>): Promise<void> {
  const advice = await missingPrivilege(...of);
  if (advice) throw new PgIndexError(advice);
}

/**
 * Throws {@link PgIndexError} when the builds that run at once would take more memory than the
 * server has, where the role may see that: the kernel would end the whole server.
 */
export async function requireBuildMemory(
  observer: Session,
  database: Database,
  desired: DesiredIndex,
): Promise<void> {
  const { maintenanceWorkMem } = buildSettingsOf(database, desired);
  if (maintenanceWorkMem === undefined) return;
  const has = await readServerMemory(observer);
  const { maxConcurrentBuilds: builds } = database;
  const each = maintenanceWorkMem * 1024;
  if (has !== undefined && each * builds > has)
    throw new PgIndexError(buildMemoryAdvice(desired, { each, builds, has }));
}

/**
 * Refuses a constraint that PostgreSQL would refuse, or that would make it scan the whole table
 * under ACCESS EXCLUSIVE. Throws {@link PgIndexError}.
 */
export async function requireConstrainable(
  session: Session,
  desired: DesiredIndex,
  table: LiveTable,
): Promise<void> {
  if (desired.constraint === undefined) return;
  if (table.kind !== "table")
    throw new PgIndexError(partitionedConstraintAdvice(desired, table.kind));
  if (desired.constraint !== "primaryKey") return;
  const nullable = await session.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
      WHERE attrelid = $1::int8::oid AND attname = ANY($2)
        AND NOT (attnotnull AND NOT EXISTS (
              SELECT FROM pg_constraint
               WHERE conrelid = attrelid AND contype = 'n' AND attnum = ANY(conkey)
                 AND NOT convalidated)) ORDER BY attnum`,
    [table.oid, desired.keys.map((key) => key.column)],
  );
  if (nullable.length > 0)
    throw new PgIndexError(
      nullableKeyAdvice(
        desired,
        nullable.map((row) => row.name),
      ),
    );
}

/**
 * Refuses to replace the table's replica identity with an index that cannot be one: the swap would
 * fail after the whole build. Tries it on the clone, which has the table's NOT NULL constraints.
 */
export async function requireReplicaIdentity(
  session: Session,
  desired: DesiredIndex,
  replaced: LiveIndex | undefined,
): Promise<void> {
  if (!replaced?.isReplicaIdentity) return;
  const tried = await onClone(session, async () => {
    await makeClone(session, desired);
    const clone = `pg_temp.${ident(desired.table)}`;
    await session.query(`ALTER TABLE ${clone} REPLICA IDENTITY USING INDEX ${ident(CLONE_INDEX)}`);
  });
  if (tried.kind !== "refused") return;
  throw new PgIndexError(replicaIdentityLostAdvice(desired, tried.error), { cause: tried.error });
}
