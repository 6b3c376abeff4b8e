const STATEMENT_LENGTH = 120;

/**
 * The pieces of a statement that are names and parameters, then those that may be anybody's data. A
 * piece that does not end reaches to the end of the text: the server cuts long statements anywhere.
 * (libpg-query's normalize is of no use here: it leaves the constants of DDL, and answers a text
 * that was cut with an error that quotes it.)
 */
const PIECES = new RegExp(
  [
    String.raw`(?<dollar>\$(?<tag>[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[^]*?(?:\$\k<tag>\$|$))`,
    String.raw`(?<string>e'(?:[^'\\]|''|\\[^])*(?:'|$)|(?:u&|[bxn])?'(?:[^']|'')*(?:'|$))`,
    String.raw`(?<comment>--.*|/\*[^]*?(?:\*/|$))`,
    String.raw`(?<name>[a-z_\u0080-\uffff][\w$\u0080-\uffff]*|"(?:[^"]|"")*(?:"|$)|\$\d+)`,
    String.raw`(?<number>\.?\d[\w.]*)`,
  ].join("|"),
  "gi",
);

/** The statement on one line, cut short, without its constants, which may be anybody's data. */
export function maskStatement(text: string): string {
  return maskConstants(text).slice(0, STATEMENT_LENGTH);
}

/** SQL on one line, whole, without its constants: a statement, or a part of one. */
export function maskConstants(text: string): string {
  const masked = text.replace(PIECES, (piece, ...rest) => {
    const groups = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    if (groups.name !== undefined) return piece;
    if (groups.comment !== undefined) return " ";
    return groups.number === undefined ? "'…'" : "…";
  });
  return masked.replace(/\s+/g, " ").trim();
}
