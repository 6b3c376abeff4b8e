import { readFileSync } from "node:fs";
import { errorText, PgIndexError } from "../engine/errors/advice";
import type { IndexDeclaration } from "./declaration";
import { missingFileAdvice } from "./sqlMessages";
import { readScripts } from "./sqlScripts";
import { upSection } from "./upSection";

/** How SQL is read. */
export interface FromSqlOptions {
  /**
   * The schema of tables that the SQL writes without one.
   * @default public, or what its SET search_path says
   */
  readonly schema?: string;
}

/**
 * The indexes that SQL makes, as declarations: what its CREATE INDEX statements say, and no later
 * statement drops. Constraints are not indexes, and everything else is passed over. An index
 * without a name gets the one that PostgreSQL would give it. Several files are read in their order,
 * as migrations are. Of a file that has node-pg-migrate's sections, the Up Migration is read.
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
    // A byte order mark is no SQL.
    return readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw new PgIndexError(missingFileAdvice(file, errorText(error)), { cause: error });
  }
}
