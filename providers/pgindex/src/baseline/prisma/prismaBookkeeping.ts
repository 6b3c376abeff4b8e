import { z } from "zod";
import { identifier } from "../../engine/declare/indexSchema";
import { type Bookkeeping, type Mark, tableOf } from "../bookkeeping";
import { UUIDS } from "../markIds";

/** A row of `_prisma_migrations`. */
export interface PrismaMark extends Mark {
  /** SHA-256 of `migration.sql`, in hexadecimal. */
  readonly checksum: string;
}

const TABLE = "_prisma_migrations";

/**
 * How `prisma migrate resolve --applied` records migrations (prisma-engines,
 * mark_migration_applied.rs and sql_migration_persistence.rs). Prisma runs whatever has no mark, in
 * order of name, so no mark makes it skip or refuse another migration.
 */
export const prisma: Bookkeeping<PrismaMark> = {
  runner: "prisma migrate deploy",
  inputs: z.strictObject({
    migration: z.string(),
    checksum: z.string().regex(/^[0-9a-f]{64}$/),
    migrationsSchema: identifier,
    migrationsTable: z.literal(TABLE).default(TABLE),
  }),
  identity: ["migration", "checksum", "migrationsSchema", "migrationsTable"],
  lockKey: "72707369",
  place: ["migration", "migrationsSchema", "migrationsTable"],
  fileHash: "checksum",
  ids: UUIDS,
  // By name only, because Prisma does not run an edited migration again.
  find: async (session, mark) => {
    const rows = await session.query<{ id: string }>(
      `SELECT id FROM ${tableOf(mark)}
        WHERE migration_name = $1 AND finished_at IS NOT NULL AND rolled_back_at IS NULL`,
      [mark.migration],
    );
    return rows.map(({ id }) => id);
  },
  createTable: async (session, mark) => {
    await session.query(
      `CREATE TABLE ${tableOf(mark)} (
         id varchar(36) PRIMARY KEY NOT NULL,
         checksum varchar(64) NOT NULL,
         finished_at timestamptz,
         migration_name varchar(255) NOT NULL,
         logs text,
         rolled_back_at timestamptz,
         started_at timestamptz NOT NULL DEFAULT now(),
         applied_steps_count integer NOT NULL DEFAULT 0)`,
    );
  },
  insert: async (session, mark, id) => {
    // A failed attempt would keep Prisma from running anything (P3009).
    await session.query(
      `UPDATE ${tableOf(mark)} SET rolled_back_at = pg_catalog.now()
        WHERE migration_name = $1 AND finished_at IS NULL AND rolled_back_at IS NULL`,
      [mark.migration],
    );
    await session.query(
      `INSERT INTO ${tableOf(mark)} (id, checksum, logs, started_at, finished_at, migration_name)
       VALUES ($1, $2, '', pg_catalog.now(), pg_catalog.now(), $3)`,
      [id, mark.checksum, mark.migration],
    );
  },
  take: async (session, mark, { from, to }) => {
    await session.query(`UPDATE ${tableOf(mark)} SET id = $1, checksum = $2 WHERE id = $3`, [
      to,
      mark.checksum,
      from,
    ]);
  },
  remove: async (session, mark, id) => {
    await session.query(`DELETE FROM ${tableOf(mark)} WHERE id = $1`, [id]);
  },
};
