import { isDeepStrictEqual } from "node:util";
import { type IndexDeclaration, labelOf } from "../../import/declaration";
import { readEach } from "../../import/sql/sqlScripts";
import { sha256, withOneLineEnd } from "../migrationSql";
import { type PlacedStatement, placeStatements } from "../split/placing";
import { statementsOf, terminated } from "../split/statements";
import {
  type DrizzleEntry,
  drizzleEntries,
  entryOf,
  readEntry,
  requireWholeFolder,
} from "./drizzleFolder";

/** A migration, with each of its statements placed. */
export interface SplitMigration extends DrizzleEntry {
  /** SHA-256 of the file. */
  readonly hash: string;
  readonly sql: string;
  readonly statements: readonly PlacedStatement[];
}

/** A migration, and the indexes to declare once it has run. */
export interface DrizzleStep extends SplitMigration {
  /** Those whose definition no later migration changes. */
  readonly indexes: readonly IndexDeclaration[];
  /** Whether any index is built apart from the rest. */
  readonly isSplit: boolean;
}

export interface DrizzleHistory {
  readonly steps: readonly DrizzleStep[];
  /** Every name that one of the indexes has or has had: `schema.name`. */
  readonly names: readonly string[];
}

/** Reads the migrations of a folder, from one on, and what each leaves to declare. */
export function readDrizzleHistory(folder: string, since?: string): DrizzleHistory {
  const entries = drizzleEntries(folder);
  requireWholeFolder(folder, entries);
  const first = since === undefined ? 0 : entries.indexOf(entryOf(folder, entries, since));
  const migrations = entries.slice(first).map((entry) => readSplit(folder, entry));
  const declared = readEach(
    migrations.map(({ file, sql }) => ({ title: file, sql: terminated(sql) })),
  );
  const steps = migrations.map((migration, i) => ({
    ...migration,
    indexes: (declared.at(-1) ?? []).filter((index) => finalAt(declared, index) === i),
    isSplit: migration.statements.some(({ by }) => by === "built"),
  }));
  return { steps, names: [...new Set(declared.flat().map(labelOf))] };
}

/** One migration's file, with each of its statements placed. */
export function readSplit(
  folder: string,
  entry: DrizzleEntry,
  created?: ReadonlySet<string>,
): SplitMigration {
  const text = readEntry(folder, entry);
  const sql = withOneLineEnd(text);
  const statements = placeStatements(statementsOf(entry.file, sql), created);
  return { ...entry, hash: sha256(text), sql, statements };
}

/** The migration from which on the index stays as it is. */
function finalAt(declared: readonly (readonly IndexDeclaration[])[], index: IndexDeclaration) {
  const last = declared.findLastIndex((each) => !each.some((it) => isDeepStrictEqual(it, index)));
  return last + 1;
}
