import type { IndexDeclaration } from "../../import/declaration";
import { indexesOfMigration, sha256 } from "../migrationSql";
import type { DrizzleMark } from "./drizzleBookkeeping";
import { drizzleEntries, drizzleFile, entryOf, readEntry } from "./drizzleFolder";
import { mixedMigrationFix } from "./drizzleMessages";

/** A migration's mark and indexes, read from its files. */
export interface DrizzleMigration
  extends Pick<DrizzleMark, "migration" | "hash" | "createdAt" | "previousAt" | "name"> {
  readonly indexes: readonly IndexDeclaration[];
}

/**
 * Reads a migration that only creates indexes. Throws {@link PgIndexError} if it is missing or does
 * anything else.
 */
export function readDrizzleMigration(folder: string, migration: string): DrizzleMigration {
  const entry = entryOf(folder, drizzleEntries(folder), migration);
  const sql = readEntry(folder, entry);
  const { file, ...mark } = entry;
  const indexes = indexesOfMigration(file, sql, { fix: mixedMigrationFix(migration) });
  return { ...mark, hash: sha256(sql), indexes };
}

/** What a `DrizzleBaseline` declares, from its arguments. */
export function readDrizzleBaseline<Args extends { readonly migration: string }>({
  migration,
  folder = "drizzle/migrations",
  ...table
}: Args & { readonly folder?: string }) {
  const file = drizzleFile(folder, migration);
  return { ...table, file, ...readDrizzleMigration(folder, migration) };
}
