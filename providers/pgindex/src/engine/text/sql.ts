/**
 * Quotes an identifier, always: which words are keywords depends on the server version.
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
 * Quotes a string constant. Every session pins `standard_conforming_strings` to on, so a backslash
 * is an ordinary character
 * (https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS).
 */
export function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/**
 * The longest identifier in bytes: NAMEDATALEN - 1. The server truncates a longer one with only a
 * NOTICE (42622).
 */
export const MAX_IDENTIFIER_BYTES = 63;

/** The value of `search_path` for a list of schemas. */
export function searchPathValue(schemas: readonly string[]): string {
  return schemas.map(ident).join(", ");
}
