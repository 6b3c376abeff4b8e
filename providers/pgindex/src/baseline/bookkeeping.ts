import type { z } from "zod";
import type { Session } from "../engine/session/session";
import { qualified } from "../engine/text/sql";
import type { MarkIds } from "./markIds";

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
  /** The properties of a mark that Pulumi's state keeps. */
  readonly identity: readonly (keyof M & string)[];
  /** Those of them by which the tool tells whether a migration has run: another one, another mark. */
  readonly place: readonly (keyof M & string)[];
  /** The one that is a hash of the migration's file, if the tool keeps one. */
  readonly fileHash?: keyof M & string;
  /** The advisory lock the tool holds while it runs. */
  readonly lockKey?: string;
  /**
   * The ids of the rows that make the tool count the migration as applied. Called only if the table
   * exists.
   */
  find(session: Session, mark: M): Promise<readonly string[]>;
  /**
   * Ids that the tool does not give, and that say nothing to it: by them a row of ours is told from
   * the tool's, whoever asks and whatever has become of Pulumi's state.
   */
  readonly ids: MarkIds;
  /**
   * Throws if setting this mark now would make the tool skip or refuse other migrations. The table
   * may not exist yet.
   */
  requireNext?(session: Session, mark: M, hasTable: boolean): Promise<void>;
  /** Creates the table the way the tool does. */
  createTable(session: Session, mark: M): Promise<void>;
  /** `id`: the tool's own next one, if there is none. */
  insert(session: Session, mark: M, id?: string): Promise<void>;
  /** What is left to do where the tool itself has set the mark. */
  adopt?(session: Session, mark: M): Promise<void>;
  /** Why the mark stays when its resource is deleted; undefined if it goes. */
  staysFor?(mark: M): string | undefined;
  /** Gives a row another id, and what the migration's file says now. */
  take(
    session: Session,
    mark: M,
    ids: { readonly from: string; readonly to: string },
  ): Promise<void>;
  remove(session: Session, mark: M, id: string): Promise<void>;
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
