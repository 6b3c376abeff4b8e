import { z } from "zod";
import { identifier } from "../../engine/declare/indexSchema";
import { PgIndexError } from "../../engine/errors/advice";
import { onlyRow } from "../../engine/session/query";
import type { Session } from "../../engine/session/session";
import { ident } from "../../engine/text/sql";
import { type Bookkeeping, type Mark, tableOf } from "../bookkeeping";
import { SERIAL_IDS } from "../markIds";
import { earlierFirstAdvice, restFirstAdvice } from "./drizzleMessages";
import { forgetRun, hasRun } from "./ranNote";

/** A row of `drizzle.__drizzle_migrations`. */
export interface DrizzleMark extends Mark {
  /** SHA-256 of the file, in hexadecimal. */
  readonly hash: string;
  /** The journal's `when`, in milliseconds. */
  readonly createdAt: number;
  /** The previous migration's `when`; null for the first one. */
  readonly previousAt: number | null;
  /** The migration's folder, which 1.0 records; undefined where a journal lists the migrations. */
  readonly name?: string;
  /** All but its indexes runs before, and is noted (ranNote.ts). */
  readonly split?: true;
}

/**
 * How drizzle-orm's `migrate` records migrations: by time (pg-core/dialect.js), since 1.0 by name
 * (pg-core/async/session.js). 1.0 gives an older table its columns, and each row the name of the
 * folder of its second, when it runs first (up-migrations/pg.js).
 */
export const drizzle: Bookkeeping<DrizzleMark> = {
  runner: "drizzle-kit migrate",
  inputs: z.strictObject({
    migration: z.string(),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    createdAt: z.number().int(),
    // Pulumi omits nulls.
    previousAt: z.number().int().nullable().default(null),
    name: z.string().optional(),
    split: z.literal(true).optional(),
    migrationsSchema: identifier.default("drizzle"),
    migrationsTable: identifier.default("__drizzle_migrations"),
  }),
  identity: ["hash", "createdAt", "name", "split", "migrationsSchema", "migrationsTable"],
  place: ["createdAt", "name", "migrationsSchema", "migrationsTable"],
  fileHash: "hash",
  ids: SERIAL_IDS,
  // Not by the hash, because Drizzle does not run an edited migration again.
  find: async (session, mark) => {
    const [condition, value] = await meaningOf(session, mark);
    const rows = await session.query<{ id: string }>(
      `SELECT id::text FROM ${tableOf(mark)} WHERE ${condition}`,
      [value],
    );
    return rows.map(({ id }) => id);
  },
  requireNext: async (session, mark, hasTable) => {
    if (mark.split && !(hasTable && (await hasRun(session, mark))))
      throw new PgIndexError(restFirstAdvice(mark.migration));
    // By name, each migration that has no row is run, in whatever order.
    if (mark.name !== undefined) return;
    const last = hasTable ? await lastMark(session, mark) : 0;
    if (last < (mark.previousAt ?? 0))
      throw new PgIndexError(earlierFirstAdvice(mark.migration, tableOf(mark)));
  },
  createTable: async (session, mark) => {
    await session.query(`CREATE SCHEMA IF NOT EXISTS ${ident(mark.migrationsSchema)}`);
    const named = ", name text, applied_at timestamp with time zone DEFAULT now()";
    await session.query(
      `CREATE TABLE IF NOT EXISTS ${tableOf(mark)} (id SERIAL PRIMARY KEY, hash text NOT NULL,
         created_at bigint${mark.name === undefined ? "" : named})`,
    );
  },
  insert: async (session, mark, id) => {
    const isNamed = mark.name !== undefined && (await hasNames(session, mark));
    const row = Object.entries({
      ...(id !== undefined && { id }),
      hash: mark.hash,
      created_at: mark.createdAt,
      ...(isNamed && { name: mark.name }),
    });
    const columns = row.map(([column]) => column).join(", ");
    const places = row.map((_, i) => `$${i + 1}`).join(", ");
    await session.query(
      `INSERT INTO ${tableOf(mark)} (${columns}) VALUES (${places})`,
      row.map(([, value]) => value),
    );
    if (mark.split) await forgetRun(session, mark);
  },
  adopt: async (session, mark) => {
    if (mark.split) await forgetRun(session, mark);
  },
  staysFor: ({ split }) =>
    split && "the tables, columns and rows that the migration has changed stay as they are",
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

/** What makes a row that of this mark: a condition, and its value. */
async function meaningOf(
  session: Session,
  mark: DrizzleMark,
): Promise<readonly [condition: string, value: unknown]> {
  if (mark.name === undefined) return ["created_at = $1", mark.createdAt];
  if (await hasNames(session, mark)) return ["name = $1", mark.name];
  return ["created_at / 1000 = $1::bigint / 1000", mark.createdAt];
}

/** Whether the table has the columns of 1.0. */
async function hasNames(session: Session, mark: Mark): Promise<boolean> {
  const rows = await session.query(
    `SELECT 1 FROM pg_catalog.pg_attribute WHERE attname = 'name' AND NOT attisdropped
        AND attrelid = pg_catalog.to_regclass($1)`,
    [tableOf(mark)],
  );
  return rows.length > 0;
}

/** The newest row's time, by which 0.45 tells what has run. */
export async function lastMark(session: Session, mark: Mark): Promise<number> {
  const rows = await session.query<{ last: number | null }>(
    `SELECT pg_catalog.max(created_at)::float8 AS last FROM ${tableOf(mark)}`,
  );
  return onlyRow(rows).last ?? 0;
}
