import { z } from "zod";
import { identifier } from "../../engine/declare/indexSchema";
import { PgIndexError } from "../../engine/errors/advice";
import { onlyRow } from "../../engine/session/query";
import type { Session } from "../../engine/session/session";
import { ident } from "../../engine/text/sql";
import { type Bookkeeping, type Mark, tableOf } from "../bookkeeping";
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
  isMarked: async (session, mark) => {
    const rows = await session.query(
      `SELECT 1 FROM ${tableOf(mark)} WHERE hash = $1 AND created_at = $2`,
      [mark.hash, mark.createdAt],
    );
    return rows.length > 0;
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
  insert: async (session, mark) => {
    await session.query(`INSERT INTO ${tableOf(mark)} (hash, created_at) VALUES ($1, $2)`, [
      mark.hash,
      mark.createdAt,
    ]);
  },
  remove: async (session, mark) => {
    await session.query(`DELETE FROM ${tableOf(mark)} WHERE hash = $1 AND created_at = $2`, [
      mark.hash,
      mark.createdAt,
    ]);
  },
};

async function lastMark(session: Session, mark: Mark): Promise<number> {
  const rows = await session.query<{ last: number | null }>(
    `SELECT pg_catalog.max(created_at)::float8 AS last FROM ${tableOf(mark)}`,
  );
  return onlyRow(rows).last ?? 0;
}
