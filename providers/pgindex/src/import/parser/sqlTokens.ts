import type { Token } from "./parserThread";

/** SQL with the tokens from PostgreSQL's scanner. */
export interface Source {
  readonly bytes: Buffer;
  /** Without comments. */
  readonly tokens: readonly Token[];
}

const COMMENTS: ReadonlySet<string> = new Set(["SQL_COMMENT", "C_COMMENT"]);

export function toSource(sql: string, tokens: readonly Token[]): Source {
  return {
    bytes: Buffer.from(sql, "utf8"),
    tokens: tokens.filter((token) => !COMMENTS.has(token.tokenName)),
  };
}

/** The line that contains a byte, counted from 1. */
export function lineOf({ bytes }: Source, offset: number): number {
  return bytes.subarray(0, offset).filter((byte) => byte === NEWLINE).length + 1;
}

const NEWLINE = 10;

/**
 * The tokens between two offsets. Found by binary search, so a large file is not scanned for each
 * statement.
 */
export function tokensBetween({ tokens }: Source, start: number, end: number): readonly Token[] {
  return tokens.slice(firstFrom(tokens, start), firstFrom(tokens, end));
}

function firstFrom(tokens: readonly Token[], offset: number): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

const OPENING: ReadonlySet<string> = new Set(["(", "["]);
const CLOSING: ReadonlySet<string> = new Set([")", "]"]);

/** How many parentheses and brackets are open after each token. */
function depths(tokens: readonly Token[]): number[] {
  let depth = 0;
  return tokens.map(({ text }) => {
    if (OPENING.has(text)) depth += 1;
    if (CLOSING.has(text)) depth -= 1;
    return depth;
  });
}

/** The position of the token that closes the one at `open`. */
export function closingOf(tokens: readonly Token[], open: number): number {
  return open + depths(tokens.slice(open)).indexOf(0);
}

/** Splits at commas outside any parentheses. */
export function splitAtCommas(tokens: readonly Token[]): Token[][] {
  const depth = depths(tokens);
  const commas = [...tokens.keys()].filter((i) => tokens[i]?.text === "," && depth[i] === 0);
  const ends = [...commas, tokens.length];
  return ends.map((end, i) => tokens.slice(i === 0 ? 0 : (ends[i - 1] ?? 0) + 1, end));
}

/** The position of an unquoted keyword outside any parentheses, or -1. */
export function findKeyword(tokens: readonly Token[], keyword: string): number {
  const depth = depths(tokens);
  return tokens.findIndex(
    ({ text }, i) => depth[i] === 0 && text.toLowerCase() === keyword.toLowerCase(),
  );
}

/**
 * The source from the first to the last token, without comments, on one line, and without the
 * tokens that start at an offset in `dropped`. Text inside a token is never changed.
 */
export function textOf(
  { bytes }: Source,
  tokens: readonly Token[],
  dropped: ReadonlySet<number> = new Set(),
): string {
  const isDropped = (i: number) => dropped.has(tokens[i]?.start ?? -1);
  const parts = tokens.map((token, i) => {
    if (isDropped(i)) return "";
    let first = i;
    while (isDropped(first - 1)) first -= 1;
    const gapStart = tokens[first - 1]?.end;
    const gap = gapStart === undefined ? "" : cut(bytes, gapStart, tokens[first]?.start ?? 0);
    // Between two tokens there is only whitespace or a comment.
    const space = gap.trim() === "" && !gap.includes("\n") ? gap : " ";
    return space + cut(bytes, token.start, token.end);
  });
  return parts.join("");
}

function cut(bytes: Buffer, start: number, end: number): string {
  return bytes.subarray(start, end).toString("utf8");
}
