import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PgIndexError } from "../../engine/errors/advice";
import type { IndexDeclaration } from "../../import/declaration";
import { indexesOfMigration, sha256 } from "../migrationSql";
import type { PrismaMark } from "./prismaBookkeeping";
import { noPrismaMigrationAdvice } from "./prismaMessages";

/** A migration's mark and indexes, read from its file. */
export interface PrismaMigration extends Pick<PrismaMark, "migration" | "checksum"> {
  readonly indexes: readonly IndexDeclaration[];
}

/**
 * Reads a migration the way Prisma does. Throws {@link PgIndexError} if it is missing or creates
 * anything but indexes.
 */
export function readPrismaMigration(
  folder: string,
  migration: string,
  schema: string,
): PrismaMigration {
  const file = join(folder, migration, "migration.sql");
  const sql = readMigration(folder, migration, file);
  return { migration, checksum: sha256(sql), indexes: indexesOfMigration(file, sql, { schema }) };
}

/** What a `PrismaBaseline` declares, from its arguments. */
export function readPrismaBaseline<Args extends { readonly migration: string }>({
  migration,
  folder = "prisma/migrations",
  schema = "public",
  ...rest
}: Args & { readonly folder?: string; readonly schema?: string }) {
  const file = join(folder, migration, "migration.sql");
  const read = readPrismaMigration(folder, migration, schema);
  return { ...rest, migrationsSchema: schema, file, ...read };
}

function readMigration(folder: string, migration: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const advice = noPrismaMigrationAdvice(folder, migration, error, foldersIn(folder));
    throw new PgIndexError(advice, { cause: error });
  }
}

function foldersIn(folder: string): string {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    return `the folder contains ${names.sort().join(", ") || "no migrations"}`;
  } catch {
    return "the folder does not exist";
  }
}
