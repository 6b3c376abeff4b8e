import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { errorText, PgIndexError } from "../../engine/errors/advice";
import type { IndexDeclaration } from "../../import/declaration";
import { indexesOfMigration, sha256 } from "../migrationSql";
import type { DrizzleMark } from "./drizzleBookkeeping";
import { noDrizzleMigrationAdvice } from "./drizzleMessages";

/** A migration's mark and indexes, read from its files. */
export interface DrizzleMigration
  extends Pick<DrizzleMark, "migration" | "hash" | "createdAt" | "previousAt" | "name"> {
  readonly indexes: readonly IndexDeclaration[];
}

const journalSchema = z.object({
  entries: z.array(z.object({ tag: z.string(), when: z.number() })),
});

/** The migration's file: in a folder of its own since 1.0, which keeps no journal. */
export function drizzleFile(folder: string, migration: string): string {
  return existsSync(journalOf(folder))
    ? join(folder, `${migration}.sql`)
    : join(folder, migration, "migration.sql");
}

function journalOf(folder: string): string {
  return join(folder, "meta", "_journal.json");
}

/**
 * Reads a migration the way drizzle-orm's `readMigrationFiles` does: the journal, or the names of
 * the folders, and the file unchanged. Throws {@link PgIndexError} if the migration is missing or
 * creates anything but indexes.
 */
export function readDrizzleMigration(folder: string, tag: string): DrizzleMigration {
  const folders = migrationFolders(folder);
  if (!existsSync(journalOf(folder)) && folders.length > 0) return readNamed(folder, tag, folders);
  const { entries } = readJournal(folder);
  const position = entries.findIndex((entry) => entry.tag === tag);
  const entry = entries[position];
  if (!entry)
    throw notThere(
      folder,
      tag,
      `the journal has`,
      entries.map((each) => each.tag),
    );
  const read = readMigration(folder, tag);
  return { ...read, createdAt: entry.when, previousAt: entries[position - 1]?.when ?? null };
}

/** Of 1.0: `20261122110000_name/migration.sql`. */
function readNamed(folder: string, name: string, folders: readonly string[]): DrizzleMigration {
  const createdAt = timeOf(name);
  if (!folders.includes(name) || createdAt === undefined) {
    throw notThere(folder, name, "the folder has", folders);
  }
  return { ...readMigration(folder, name), createdAt, previousAt: null, name };
}

function migrationFolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, "migration.sql")));
}

/** The time that a folder's name begins with, in UTC. */
function timeOf(name: string): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(name) ?? [];
  if (second === undefined) return undefined;
  return Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
}

function notThere(folder: string, tag: string, what: string, known: readonly string[]) {
  const there = `${what} ${known.join(", ") || "none"}`;
  return new PgIndexError(noDrizzleMigrationAdvice(folder, tag, there));
}

function readJournal(folder: string): z.infer<typeof journalSchema> {
  const file = journalOf(folder);
  try {
    return journalSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const reason = `cannot read ${file}: ${errorText(error)}`;
    throw new PgIndexError(noDrizzleMigrationAdvice(folder, undefined, reason), { cause: error });
  }
}

function readMigration(folder: string, tag: string) {
  const file = drizzleFile(folder, tag);
  const sql = readText(file, folder, tag);
  return { migration: tag, hash: sha256(sql), indexes: indexesOfMigration(file, sql) };
}

function readText(file: string, folder: string, tag: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const advice = noDrizzleMigrationAdvice(folder, tag, errorText(error));
    throw new PgIndexError(advice, { cause: error });
  }
}
