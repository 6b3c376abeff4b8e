import { readFileSync } from "node:fs";
import { errorText, PgIndexError } from "../engine/errors/advice";
import type { IndexDeclaration } from "./declaration";
import { missingFileAdvice } from "./sql/sqlMessages";
import { readScripts } from "./sql/sqlScripts";
import { upSection } from "./sql/upSection";

/** How to read SQL. */
export interface FromSqlOptions {
  /**
   * The schema of tables that the SQL names without one.
   * @default public, or what its SET search_path says
   */
  readonly schema?: string;
}

/**
 * The indexes that SQL creates, as declarations: those from its CREATE INDEX statements that no
 * later statement drops. Constraints are not indexes, and everything else is ignored. An unnamed
 * index gets the name PostgreSQL would give it. Several files are read in order, like migrations.
 * In a file with node-pg-migrate's sections, only the Up Migration is read. Throws a `PgIndexError`
 * with file and line if the SQL cannot be read or followed.
 *
 * @example
 * for (const declaration of pgindex.indexesFromSql("drizzle/migrations/0013_sticky_skreet.sql")) {
 *   new pgindex.Index(declaration.name, declaration);
 * }
 */
export function indexesFromSql(
  source: string | readonly string[] | { readonly sql: string },
  options: FromSqlOptions = {},
): IndexDeclaration[] {
  const { schema } = options;
  if (typeof source === "object" && "sql" in source) {
    return [...readScripts([{ sql: upSection(source.sql), title: "sql", schema }])];
  }
  const files = typeof source === "string" ? [source] : source;
  return [
    ...readScripts(files.map((file) => ({ sql: upSection(read(file)), title: file, schema }))),
  ];
}

function read(file: string): string {
  try {
    // A byte order mark is not SQL.
    return readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw new PgIndexError(missingFileAdvice(file, errorText(error)), { cause: error });
  }
}
