import { createHash } from "node:crypto";
import { PgIndexError } from "../engine/errors/advice";
import type { IndexDeclaration } from "../import/declaration";
import { indexesFromSql } from "../import/indexesFromSql";
import { parseTexts } from "../import/parser/parserThread";
import { otherStatementsAdvice } from "./baselineMessages";

/**
 * The indexes a migration creates. Throws {@link PgIndexError} if it does anything else: once
 * marked as applied, the rest would never run.
 */
export function indexesOfMigration(
  file: string,
  sql: string,
  options: { readonly schema?: string; readonly fix?: string } = {},
): readonly IndexDeclaration[] {
  return indexesOf(file, withOneLineEnd(sql), options);
}

function indexesOf(
  file: string,
  sql: string,
  { schema, fix }: { readonly schema?: string; readonly fix?: string },
): readonly IndexDeclaration[] {
  const [parsed] = parseTexts([sql]);
  // The reader of its indexes reports SQL that cannot be parsed, with its position.
  const statements = parsed?.kind === "ok" ? (parsed.tree.stmts ?? []) : [];
  const kinds = statements.map(({ stmt }) => Object.keys(stmt ?? {})[0] ?? "");
  if (kinds.some((kind) => kind !== "IndexStmt"))
    throw new PgIndexError(otherStatementsAdvice(file, fix));
  return indexesFromSql({ sql }, { schema });
}

/** A literal with a line end in it means another value with another line end. */
const LITERAL_WITH_CRLF = /'[^']*\r\n[^']*'/;

/** Git may check a file out with either line end: both declare the same indexes. */
export function withOneLineEnd(sql: string): string {
  return LITERAL_WITH_CRLF.test(sql) ? sql : sql.replaceAll("\r\n", "\n");
}

/** The hashes that a migration has when it is checked out with one or the other line end. */
export function lineEndHashes(sql: string): readonly string[] {
  const lf = sql.replaceAll("\r\n", "\n");
  return [sha256(sql), sha256(lf), sha256(lf.replaceAll("\n", "\r\n"))];
}

/** SHA-256 in hexadecimal, which tools use to detect an edited migration. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
