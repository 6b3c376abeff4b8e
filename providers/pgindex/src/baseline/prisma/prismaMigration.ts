import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { errorText, PgIndexError } from "../../engine/errors/advice";
import type { IndexDeclaration } from "../../import/declaration";
import { noMigrationAdvice } from "../baselineMessages";
import { indexesOfMigration, sha256 } from "../migrationSql";
import type { PrismaMark } from "./prismaBookkeeping";

/** What a migration's file says of its mark, and what it makes. */
export interface PrismaMigration extends Pick<PrismaMark, "migration" | "checksum"> {
  readonly indexes: readonly IndexDeclaration[];
}

/**
 * Reads a migration as Prisma does. Throws {@link PgIndexError} when it is not there, or makes
 * anything but indexes.
 */
export function readPrismaMigration(
  folder: string,
  migration: string,
  schema: string,
): PrismaMigration {
  const file = join(folder, migration, "migration.sql");
  const sql = readMigration(folder, migration, file);
  return { migration, checksum: sha256(sql), indexes: indexesOfMigration(file, sql, schema) };
}

function readMigration(folder: string, migration: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new PgIndexError(
      noMigrationAdvice(folder, migration, {
        why: `${errorText(error)}; ${foldersIn(folder)}`,
        fix: "name the folder that holds migration_lock.toml, and the migration's own folder in it",
      }),
      { cause: error },
    );
  }
}

function foldersIn(folder: string): string {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    return `the folder has ${names.sort().join(", ") || "none"}`;
  } catch {
    return "there is no such folder";
  }
}
