import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { errorText, PgIndexError } from "../../engine/errors/advice";
import type { IndexDeclaration } from "../../import/declaration";
import { indexesOfMigration, sha256 } from "../migrationSql";
import type { DrizzleMark } from "./drizzleBookkeeping";
import { noDrizzleMigrationAdvice } from "./drizzleMessages";

/** A migration's mark and indexes, read from its files. */
export interface DrizzleMigration
  extends Pick<DrizzleMark, "migration" | "hash" | "createdAt" | "previousAt"> {
  readonly indexes: readonly IndexDeclaration[];
}

const journalSchema = z.object({
  entries: z.array(z.object({ tag: z.string(), when: z.number() })),
});

/**
 * Reads a migration the way drizzle-orm's `readMigrationFiles` does: the journal, and the file
 * unchanged. Throws {@link PgIndexError} if the migration is missing or creates anything but
 * indexes.
 */
export function readDrizzleMigration(folder: string, tag: string): DrizzleMigration {
  const { entries } = readJournal(folder);
  const position = entries.findIndex((entry) => entry.tag === tag);
  const entry = entries[position];
  const known = entries.map((each) => each.tag);
  if (!entry)
    throw new PgIndexError(
      noDrizzleMigrationAdvice(folder, tag, `the journal has ${known.join(", ") || "none"}`),
    );
  const sql = readMigration(folder, tag);
  return {
    migration: tag,
    hash: sha256(sql),
    createdAt: entry.when,
    previousAt: entries[position - 1]?.when ?? null,
    indexes: indexesOfMigration(join(folder, `${tag}.sql`), sql),
  };
}

function readJournal(folder: string): z.infer<typeof journalSchema> {
  const file = join(folder, "meta", "_journal.json");
  try {
    return journalSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const reason = `cannot read ${file}: ${errorText(error)}`;
    throw new PgIndexError(noDrizzleMigrationAdvice(folder, undefined, reason), { cause: error });
  }
}

function readMigration(folder: string, tag: string): string {
  try {
    return readFileSync(join(folder, `${tag}.sql`), "utf8");
  } catch (error) {
    throw new PgIndexError(noDrizzleMigrationAdvice(folder, tag, errorText(error)), {
      cause: error,
    });
  }
}
