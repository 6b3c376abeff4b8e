import { readFileSync } from "node:fs";
import { errorText, PgIndexError } from "./engine/problems";
import type { IndexDeclaration } from "./import/declaration";
import { missingFileAdvice } from "./import/messages";
import { readScript } from "./import/script";

export interface FromSqlOptions {
  /** The schema of tables that the SQL writes without one. Default: public, or what its `SET search_path` says. */
  readonly schema?: string;
}

/**
 * The indexes that an SQL file makes, as declarations: what its CREATE INDEX statements say, and no later statement of the file drops. Constraints
 * are not indexes, and everything else in the file is passed over. An index without a name gets the one that PostgreSQL would give it.
 *
 * @example
 * for (const declaration of pgindex.indexesFromSql("drizzle/migrations/0013_sticky_skreet.sql")) {
 *   new pgindex.Index(declaration.name, declaration);
 * }
 */
export function indexesFromSql(
  source: string | { readonly sql: string },
  options: FromSqlOptions = {},
): IndexDeclaration[] {
  const { sql, title } = typeof source === "string" ? read(source) : { ...source, title: "sql" };
  return [...readScript({ sql, title, schema: options.schema })];
}

function read(file: string): { sql: string; title: string } {
  try {
    // A byte order mark is no SQL.
    return { sql: readFileSync(file, "utf8").replace(/^\uFEFF/, ""), title: file };
  } catch (error) {
    throw new PgIndexError(missingFileAdvice(file, errorText(error)), { cause: error });
  }
}
