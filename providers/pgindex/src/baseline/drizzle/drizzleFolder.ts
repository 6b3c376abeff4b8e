import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { z } from "zod";
import { errorText, PgIndexError } from "../../engine/errors/advice";
import { isDownFile } from "../../import/migrations/migrationFiles";
import type { DrizzleMark } from "./drizzleBookkeeping";
import { brokenFolderAdvice, noDrizzleMigrationAdvice } from "./drizzleMessages";

/** A migration as Drizzle lists it, and its file. */
export interface DrizzleEntry
  extends Pick<DrizzleMark, "migration" | "createdAt" | "previousAt" | "name"> {
  readonly file: string;
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
 * The migrations of a folder in the order in which drizzle-orm's `readMigrationFiles` has them: that
 * of the journal, or of the names of the folders.
 */
export function drizzleEntries(folder: string): DrizzleEntry[] {
  const folders = existsSync(journalOf(folder)) ? [] : migrationFolders(folder);
  if (folders.length > 0) return folders.flatMap((name) => namedEntry(folder, name));
  const { entries } = readJournal(folder);
  return entries.map(({ tag, when }, i) => ({
    migration: tag,
    createdAt: when,
    previousAt: entries[i - 1]?.when ?? null,
    file: drizzleFile(folder, tag),
  }));
}

/**
 * Throws {@link PgIndexError} unless every migration of the list has its file, and every file its
 * place in the list: a merge can lose either, and with it an index that is declared.
 */
export function requireWholeFolder(folder: string, entries: readonly DrizzleEntry[]): void {
  const listed = new Set(entries.map(({ file }) => file));
  const files = new Set([...listed, ...filesIn(folder)]);
  const lost = [...files].filter((file) => !existsSync(file));
  const stray = [...files].filter((file) => existsSync(file) && !listed.has(file));
  const list = existsSync(journalOf(folder)) ? journalOf(folder) : undefined;
  if (lost.length + stray.length > 0)
    throw new PgIndexError(brokenFolderAdvice(folder, { lost, stray, list }));
}

/** What looks like a migration of either release. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return extname(path) === ".sql" && !isDownFile(path) ? [path] : [];
    const file = join(path, "migration.sql");
    return existsSync(file) || timeOf(entry.name) !== undefined ? [file] : [];
  });
}

/** One of the folder's migrations. Throws {@link PgIndexError} if there is none of this name. */
export function entryOf(
  folder: string,
  entries: readonly DrizzleEntry[],
  migration: string,
): DrizzleEntry {
  const found = entries.find((entry) => entry.migration === migration);
  if (found) return found;
  const where = existsSync(journalOf(folder)) ? "the journal has" : "the folder has";
  const there = `${where} ${entries.map((entry) => entry.migration).join(", ") || "none"}`;
  throw new PgIndexError(noDrizzleMigrationAdvice(folder, migration, there));
}

/** The text of a migration, unchanged. */
export function readEntry(folder: string, { file, migration }: DrizzleEntry): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const advice = noDrizzleMigrationAdvice(folder, migration, errorText(error));
    throw new PgIndexError(advice, { cause: error });
  }
}

/** Of 1.0: `20261122110000_name/migration.sql`. */
function namedEntry(folder: string, name: string): DrizzleEntry[] {
  const createdAt = timeOf(name);
  if (createdAt === undefined) return [];
  return [{ migration: name, name, createdAt, previousAt: null, file: drizzleFile(folder, name) }];
}

function migrationFolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "migration.sql")))
    .sort((one, other) => one.localeCompare(other));
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

function readJournal(folder: string): z.infer<typeof journalSchema> {
  const file = journalOf(folder);
  try {
    return journalSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const reason = `cannot read ${file}: ${errorText(error)}`;
    throw new PgIndexError(noDrizzleMigrationAdvice(folder, undefined, reason), { cause: error });
  }
}
