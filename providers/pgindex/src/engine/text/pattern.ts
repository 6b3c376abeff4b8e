/** A text, such that a regular expression matches it. Node has `RegExp.escape` from 24 on. */
export function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/**
 * Matches a name where it is a whole identifier, in letters of any script: `\b` knows only those of
 * ASCII.
 *
 * @example namePattern("état").test('lower("état")') // true
 */
export function namePattern(name: string, flags = "u"): RegExp {
  return new RegExp(`(?<!${LETTER})${escapePattern(name)}(?!${LETTER})`, flags);
}

/** @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS */
const LETTER = "[\\p{L}\\p{N}_$]";
