import type { z } from "zod";
import type { Session } from "../engine/session/session";
import { qualified } from "../engine/text/sql";

/** The record that a migration has run, in a table of the tool that runs it. */
export interface Mark {
  /** The tool's name for it. */
  readonly migration: string;
  readonly migrationsSchema: string;
  readonly migrationsTable: string;
}

/** How a tool records its migrations: everything that differs between the baselines. */
export interface Bookkeeping<M extends Mark> {
  /** The command that would run the migration. */
  readonly runner: string;
  /** The resource's inputs, except the indexes. */
  readonly inputs: z.ZodObject & z.ZodType<M>;
  /**
   * The properties that identify a mark. They are kept in Pulumi's state, and changing one replaces
   * the mark.
   */
  readonly identity: readonly (keyof M & string)[];
  /** The advisory lock the tool holds while it runs. */
  readonly lockKey?: string;
  /** Called only if the table exists. */
  isMarked(session: Session, mark: M): Promise<boolean>;
  /**
   * Throws if setting this mark now would make the tool skip or refuse other migrations. The table
   * may not exist yet.
   */
  requireNext?(session: Session, mark: M, hasTable: boolean): Promise<void>;
  /** Creates the table the way the tool does. */
  createTable(session: Session, mark: M): Promise<void>;
  insert(session: Session, mark: M): Promise<void>;
  remove(session: Session, mark: M): Promise<void>;
}

export function tableOf({ migrationsSchema, migrationsTable }: Mark): string {
  return qualified(migrationsSchema, migrationsTable);
}

export async function hasTable(
  session: Session,
  { migrationsSchema, migrationsTable }: Mark,
): Promise<boolean> {
  const rows = await session.query(
    `SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')`,
    [migrationsSchema, migrationsTable],
  );
  return rows.length > 0;
}
