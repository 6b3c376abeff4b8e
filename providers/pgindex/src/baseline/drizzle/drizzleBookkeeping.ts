import { z } from "zod";
import { identifier } from "../../engine/declare/indexSchema";
import { PgIndexError } from "../../engine/errors/advice";
import { onlyRow } from "../../engine/session/query";
import type { Session } from "../../engine/session/session";
import { ident } from "../../engine/text/sql";
import { type Bookkeeping, type Mark, tableOf } from "../bookkeeping";
import { SERIAL_IDS } from "../markIds";
import { earlierFirstAdvice } from "./drizzleMessages";

/** A row of `drizzle.__drizzle_migrations`. */
export interface DrizzleMark extends Mark {
  /** SHA-256 of the file, in hexadecimal. */
  readonly hash: string;
  /** The journal's `when`, in milliseconds. */
  readonly createdAt: number;
  /** The previous migration's `when`; null for the first one. */
  readonly previousAt: number | null;
}

/** How drizzle-orm's `migrate` records migrations (pg-core/dialect.js). */
export const drizzle: Bookkeeping<DrizzleMark> = {
  runner: "drizzle-kit migrate",
  inputs: z.strictObject({
    migration: z.string(),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    createdAt: z.number().int(),
    // Pulumi omits nulls.
    previousAt: z.number().int().nullable().default(null),
    migrationsSchema: identifier.default("drizzle"),
    migrationsTable: identifier.default("__drizzle_migrations"),
  }),
  identity: ["hash", "createdAt", "migrationsSchema", "migrationsTable"],
  place: ["createdAt", "migrationsSchema", "migrationsTable"],
  fileHash: "hash",
  ids: SERIAL_IDS,
  // By time only, because Drizzle does not run an edited migration again.
  find: async (session, mark) => {
    const rows = await session.query<{ id: string }>(
      `SELECT id::text FROM ${tableOf(mark)} WHERE created_at = $1`,
      [mark.createdAt],
    );
    return rows.map(({ id }) => id);
  },
  requireNext: async (session, mark, hasTable) => {
    const last = hasTable ? await lastMark(session, mark) : 0;
    if (last < (mark.previousAt ?? 0))
      throw new PgIndexError(earlierFirstAdvice(mark.migration, tableOf(mark)));
  },
  createTable: async (session, mark) => {
    await session.query(`CREATE SCHEMA IF NOT EXISTS ${ident(mark.migrationsSchema)}`);
    await session.query(
      `CREATE TABLE IF NOT EXISTS ${tableOf(mark)}
         (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)`,
    );
  },
  insert: async (session, mark, id) => {
    await session.query(`INSERT INTO ${tableOf(mark)} (id, hash, created_at) VALUES ($1, $2, $3)`, [
      id,
      mark.hash,
      mark.createdAt,
    ]);
  },
  take: async (session, mark, { from, to }) => {
    await session.query(`UPDATE ${tableOf(mark)} SET id = $1, hash = $2 WHERE id = $3`, [
      to,
      mark.hash,
      from,
    ]);
  },
  remove: async (session, mark, id) => {
    await session.query(`DELETE FROM ${tableOf(mark)} WHERE id = $1`, [id]);
  },
};

async function lastMark(session: Session, mark: Mark): Promise<number> {
  const rows = await session.query<{ last: number | null }>(
    `SELECT pg_catalog.max(created_at)::float8 AS last FROM ${tableOf(mark)}`,
  );
  return onlyRow(rows).last ?? 0;
}
