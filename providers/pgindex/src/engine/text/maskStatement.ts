const STATEMENT_LENGTH = 120;

/**
 * With standard_conforming_strings off, `\'` is a quote within the string; with on it ends it. Which
 * one holds for somebody else's session nobody can see: from there on everything counts as constant.
 */
const STRING = String.raw`e'(?:[^'\\]|''|\\[^])*(?:'|$)|(?:u&|[bxn])?'(?:[^'\\]|''|\\[^'])*(?:'|\\'[^]*|\\?$)`;

/** Comments nest; what is nested deeper than this is a comment to the end. */
function blockComment(depth: number): string {
  const inner = depth === 0 ? String.raw`/\*[^]*` : blockComment(depth - 1);
  return String.raw`/\*(?:(?!/\*|\*/)[^]|${inner})*(?:\*/|$)`;
}

/**
 * The tokens of a statement: names and parameters stay, constants and comments can hold user data.
 * An unterminated token runs to the end of the text, because the server truncates long statements
 * anywhere. (libpg-query's normalize does not help: it keeps the constants of DDL, and on truncated
 * text it throws an error that quotes it.)
 */
const PIECES = new RegExp(
  [
    String.raw`(?<dollar>\$(?<tag>[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[^]*?(?:\$\k<tag>\$|$))`,
    `(?<string>${STRING})`,
    String.raw`(?<comment>--[^\n\r]*|${blockComment(3)})`,
    String.raw`(?<name>[a-z_\u0080-\uffff][\w$\u0080-\uffff]*|"(?:[^"]|"")*(?:"|$)|\$\d+)`,
    String.raw`(?<number>\.?\d[\w.]*)`,
  ].join("|"),
  "gi",
);

/**
 * The statement on one line, without its constants (they can hold user data), truncated to 120
 * characters.
 *
 * @example maskStatement("UPDATE t SET a = 'secret'") // UPDATE t SET a = '…'
 */
export function maskStatement(text: string): string {
  return maskConstants(text).slice(0, STATEMENT_LENGTH);
}

/** As {@link maskStatement}, for a whole statement or a part of one, without truncating it. */
export function maskConstants(text: string): string {
  const masked = text.replace(PIECES, (piece, ...rest) => {
    const groups = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    if (groups.name !== undefined) return piece;
    if (groups.comment !== undefined) return " ";
    return groups.number === undefined ? "'…'" : "…";
  });
  return masked.replace(/\s+/g, " ").trim();
}
