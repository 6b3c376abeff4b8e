/**
 * Quotes an identifier. Always quoted: a keyword list would have to follow the server's version.
 *
 * @example ident('my "table"') // "my ""table"""
 */
export function ident(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A name with its schema: `"public"."users"`. */
export function qualified(schema: string, name: string): string {
  return `${ident(schema)}.${ident(name)}`;
}

/**
 * Quotes a string constant. `standard_conforming_strings` is pinned on in every session, so that a
 * backslash is only a backslash
 * (https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS).
 */
export function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/**
 * The longest identifier in bytes: NAMEDATALEN - 1. A longer one is truncated by the server with
 * only a NOTICE (42622).
 */
export const MAX_IDENTIFIER_BYTES = 63;

/** The value of `search_path` for a list of schemas. */
export function searchPathValue(schemas: readonly string[]): string {
  return schemas.map(ident).join(", ");
}
