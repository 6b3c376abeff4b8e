import { createHash } from "node:crypto";
import { PgIndexError } from "../engine/errors/advice";
import type { IndexDeclaration } from "../import/declaration";
import { indexesFromSql } from "../import/indexesFromSql";
import { parseTexts } from "../import/parserThread";
import { otherStatementsAdvice } from "./baselineMessages";

/**
 * The indexes that a migration makes. Throws {@link PgIndexError} when it does anything else:
 * marked as applied, the rest would never run.
 */
export function indexesOfMigration(
  file: string,
  sql: string,
  schema?: string,
): readonly IndexDeclaration[] {
  const [parsed] = parseTexts([sql]);
  // What cannot be parsed is said by the reader of its indexes, with the place.
  const statements = parsed?.kind === "ok" ? (parsed.tree.stmts ?? []) : [];
  const kinds = statements.map(({ stmt }) => Object.keys(stmt ?? {})[0] ?? "");
  if (kinds.some((kind) => kind !== "IndexStmt"))
    throw new PgIndexError(otherStatementsAdvice(file));
  return indexesFromSql({ sql }, { schema });
}

/** SHA-256 in hexadecimal: by it, tools know a migration that has been edited. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
