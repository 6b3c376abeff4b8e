import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { errorText, PgIndexError } from "../engine/problems";
import type { IndexDeclaration } from "../import/declaration";
import { parseTexts } from "../import/parserThread";
import { indexesFromSql } from "../indexesFromSql";
import { noMigrationAdvice, otherStatementsAdvice } from "./baselineMessages";

/** One of Drizzle's migrations, and what it makes. */
export interface DrizzleMigration {
  /** `0013_sticky_skreet` */
  readonly tag: string;
  /** SHA-256 of the file, in hexadecimal: `__drizzle_migrations.hash`. */
  readonly hash: string;
  /** `when` of the journal, milliseconds: `__drizzle_migrations.created_at`. */
  readonly createdAt: number;
  /** `when` of the migration before; null when it is the first. */
  readonly previousAt: number | null;
  readonly indexes: readonly IndexDeclaration[];
}

const journalSchema = z.object({
  entries: z.array(z.object({ tag: z.string(), when: z.number() })),
});

/**
 * Reads a migration as drizzle-orm's `readMigrationFiles` does: the journal, and the file as it is. Throws {@link PgIndexError} when it
 * is not there, or makes anything but indexes: marked as applied, the rest would never run.
 */
export function readDrizzleMigration(folder: string, tag: string): DrizzleMigration {
  const { entries } = readJournal(folder);
  const position = entries.findIndex((entry) => entry.tag === tag);
  const entry = entries[position];
  const known = entries.map((each) => each.tag);
  if (!entry)
    throw new PgIndexError(
      noMigrationAdvice(folder, tag, `the journal has ${known.join(", ") || "none"}`),
    );
  const sql = readMigration(folder, tag);
  requireOnlyIndexes(folder, tag, sql);
  return {
    tag,
    hash: createHash("sha256").update(sql).digest("hex"),
    createdAt: entry.when,
    previousAt: entries[position - 1]?.when ?? null,
    indexes: indexesFromSql({ sql }),
  };
}

function readJournal(folder: string): z.infer<typeof journalSchema> {
  const file = join(folder, "meta", "_journal.json");
  try {
    return journalSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const reason = `cannot read ${file}: ${errorText(error)}`;
    throw new PgIndexError(noMigrationAdvice(folder, undefined, reason), { cause: error });
  }
}

function readMigration(folder: string, tag: string): string {
  try {
    return readFileSync(join(folder, `${tag}.sql`), "utf8");
  } catch (error) {
    throw new PgIndexError(noMigrationAdvice(folder, tag, errorText(error)), { cause: error });
  }
}

function requireOnlyIndexes(folder: string, tag: string, sql: string): void {
  const [parsed] = parseTexts([sql]);
  // What cannot be parsed is said by the reader of its indexes, with the place.
  if (parsed?.kind !== "ok") return;
  const others = (parsed.tree.stmts ?? [])
    .map(({ stmt }) => Object.keys(stmt ?? {})[0] ?? "")
    .filter((kind) => kind !== "IndexStmt");
  if (others.length > 0) throw new PgIndexError(otherStatementsAdvice(join(folder, `${tag}.sql`)));
}
