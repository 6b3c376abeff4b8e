import { z } from "zod";
import { identifier } from "../../engine/declare/indexSchema";
import { PgIndexError } from "../../engine/errors/advice";
import { type Bookkeeping, type Mark, tableOf } from "../bookkeeping";
import { SERIAL_IDS } from "../markIds";
import { outOfOrderAdvice } from "./nodePgMigrateMessages";

/** A row of `pgmigrations`. */
export interface NodePgMigrateMark extends Mark {
  /** The migrations before it, in file order. */
  readonly earlier: readonly string[];
  /** False if node-pg-migrate runs with --no-check-order. */
  readonly checkOrder: boolean;
}

/** How node-pg-migrate records migrations (runner.js and migration.js in 9.0). */
export const nodePgMigrate: Bookkeeping<NodePgMigrateMark> = {
  runner: "node-pg-migrate up",
  inputs: z.strictObject({
    migration: z.string(),
    earlier: z.array(z.string()),
    checkOrder: z.boolean().default(true),
    migrationsSchema: identifier,
    migrationsTable: identifier.default("pgmigrations"),
  }),
  identity: ["migration", "migrationsSchema", "migrationsTable"],
  lockKey: "7241865325823964",
  place: ["migration", "migrationsSchema", "migrationsTable"],
  ids: SERIAL_IDS,
  find: async (session, mark) => {
    const rows = await session.query<{ id: string }>(
      `SELECT id::text FROM ${tableOf(mark)} WHERE name = $1`,
      [mark.migration],
    );
    return rows.map(({ id }) => id);
  },
  // The tool's own check: the rows, in order, must be the first files. A row set now comes last.
  requireNext: async (session, mark, hasTable) => {
    if (!mark.checkOrder) return;
    const rows = hasTable
      ? await session.query<{ name: string }>(
          `SELECT name FROM ${tableOf(mark)} ORDER BY run_on, id`,
        )
      : [];
    const problem = outOfOrder(
      mark,
      rows.map(({ name }) => name),
    );
    if (problem) throw new PgIndexError(problem);
  },
  createTable: async (session, mark) => {
    await session.query(
      `CREATE TABLE ${tableOf(mark)}
         (id SERIAL PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL)`,
    );
  },
  insert: async (session, mark, id) => {
    await session.query(
      `INSERT INTO ${tableOf(mark)} (id, name, run_on) VALUES ($1, $2, pg_catalog.now())`,
      [id, mark.migration],
    );
  },
  take: async (session, mark, { from, to }) => {
    await session.query(`UPDATE ${tableOf(mark)} SET id = $1 WHERE id = $2`, [to, from]);
  },
  remove: async (session, mark, id) => {
    await session.query(`DELETE FROM ${tableOf(mark)} WHERE id = $1`, [id]);
  },
};

function outOfOrder(mark: NodePgMigrateMark, applied: readonly string[]) {
  const { migration, earlier } = mark;
  const missing = earlier.filter((name) => !applied.includes(name));
  const table = tableOf(mark);
  if (missing.length > 0)
    return outOfOrderAdvice(migration, `${table} does not have ${missing.join(", ")}`, missing);
  const wrong = applied.find((name, position) => name !== earlier[position]);
  if (wrong === undefined) return undefined;
  return outOfOrderAdvice(migration, `${table} has ${wrong}, which does not come before it`);
}
