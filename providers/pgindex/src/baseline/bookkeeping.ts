import type { z } from "zod";
import type { Session } from "../engine/session/session";
import { qualified } from "../engine/text/sql";

/** What says that a migration has been run, in a table of the tool that runs it. */
export interface Mark {
  /** The name that the tool has for it. */
  readonly migration: string;
  readonly migrationsSchema: string;
  readonly migrationsTable: string;
}

/** How one tool keeps its marks: all that differs between the baselines. */
export interface Bookkeeping<M extends Mark> {
  /** The command that would run the migration. */
  readonly runner: string;
  /** Of the inputs of its resource, all but the indexes. */
  readonly inputs: z.ZodObject & z.ZodType<M>;
  /**
   * What tells one mark from another: kept in Pulumi's state, and another value makes another mark.
   */
  readonly identity: readonly (keyof M & string)[];
  /** The advisory lock that the tool holds while it runs. */
  readonly lockKey?: string;
  /** The table is there. */
  isMarked(session: Session, mark: M): Promise<boolean>;
  /**
   * Throws when the tool, with this mark set now, would skip or refuse other migrations. The table
   * may be missing.
   */
  requireNext?(session: Session, mark: M, hasTable: boolean): Promise<void>;
  /** Makes the table as the tool makes it. */
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
