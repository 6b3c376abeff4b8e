import { readdirSync, readFileSync } from "node:fs";
import { extname, join, parse } from "node:path";
import { errorText, PgIndexError } from "../../engine/errors/advice";
import type { IndexDeclaration } from "../../import/declaration";
import { indexesOfMigration } from "../migrationSql";
import type { NodePgMigrateMark } from "./nodePgMigrateBookkeeping";
import {
  noNodePgMigrateMigrationAdvice,
  twiceListedAdvice,
  unnumberedAdvice,
  unreadMigrationAdvice,
} from "./nodePgMigrateMessages";
import { upSection } from "./upSection";

/** A migration's mark and indexes, read from its files. */
export interface NodePgMigrateMigration<Index extends object>
  extends Pick<NodePgMigrateMark, "migration" | "earlier"> {
  readonly indexes: readonly (Index | IndexDeclaration)[];
}

export interface MigrationSource<Index extends object> {
  readonly folder: string;
  /** Files that are not migrations; by default, those whose name begins with a dot. */
  readonly ignorePattern?: string;
  /** The schema of tables that the SQL names without one. */
  readonly schema: string;
  /** The indexes a JavaScript or TypeScript migration creates. */
  readonly indexes?: readonly Index[];
}

/**
 * Reads a migration the way node-pg-migrate does. Throws {@link PgIndexError} if it is missing,
 * cannot be read, or creates anything but indexes.
 */
export function readNodePgMigrateMigration<Index extends object>(
  migration: string,
  source: MigrationSource<Index>,
): NodePgMigrateMigration<Index> {
  const files = listFiles(migration, source);
  const names = files.map((file) => parse(file).name);
  const position = names.indexOf(migration);
  const file = files[position];
  if (file === undefined) {
    const why = `it has ${names.join(", ") || "none"}`;
    throw new PgIndexError(noNodePgMigrateMigrationAdvice(source.folder, migration, why));
  }
  const indexes = indexesOf(join(source.folder, file), source);
  return { migration, earlier: names.slice(0, position), indexes };
}

/** What a `NodePgMigrateBaseline` declares, from its arguments. */
export function readNodePgMigrateBaseline<
  Args extends Partial<MigrationSource<object>> & {
    readonly migration: string;
    readonly migrationsSchema?: unknown;
  },
>({ migration, folder = "migrations", schema = "public", ignorePattern, indexes, ...rest }: Args) {
  const source = { folder, schema, ignorePattern, indexes };
  const { migrationsSchema = schema } = rest;
  return { ...rest, migrationsSchema, ...readNodePgMigrateMigration(migration, source) };
}

function indexesOf<Index extends object>(
  file: string,
  { indexes, schema }: MigrationSource<Index>,
) {
  if (extname(file) !== ".sql") {
    if (!indexes) throw new PgIndexError(unreadMigrationAdvice(file));
    return indexes;
  }
  if (indexes) throw new PgIndexError(twiceListedAdvice(file));
  return indexesOfMigration(file, upSection(readFileSync(file, "utf8")), { schema });
}

function listFiles(
  migration: string,
  { folder, ignorePattern }: Pick<MigrationSource<object>, "folder" | "ignorePattern">,
): string[] {
  const ignored = ignorePattern ? new RegExp(`^${ignorePattern}$`) : /^\./;
  return readFolder(migration, folder)
    .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && !ignored.test(entry.name))
    .map(({ name }) => ({ name, number: numberOf(name, folder) }))
    .sort((a, b) => a.number - b.number || compareNames(a.name, b.name))
    .map(({ name }) => name);
}

function readFolder(migration: string, folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const advice = noNodePgMigrateMigrationAdvice(folder, migration, errorText(error));
    throw new PgIndexError(advice, { cause: error });
  }
}

/**
 * Seventeen digits are a date down to milliseconds, sorted among numbers that are milliseconds
 * since 1970.
 */
function numberOf(name: string, folder: string): number {
  const digits = /^\d+/.exec(name)?.[0];
  if (digits === undefined) throw new PgIndexError(unnumberedAdvice(join(folder, name)));
  const date = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/.exec(digits);
  if (!date) return Number(digits);
  const [, year, month, day, hour, minute, second, ms] = date;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
}

function compareNames(a: string, b: string): number {
  return a.localeCompare(b, undefined, {
    numeric: true,
    sensitivity: "variant",
    ignorePunctuation: true,
  });
}
