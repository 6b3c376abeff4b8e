import type { Token } from "./parserThread";

/** SQL with the tokens from PostgreSQL's scanner. */
export interface Source {
  readonly bytes: Buffer;
  /** Without comments. */
  readonly tokens: readonly Token[];
  /** The offsets of its line ends, in order. */
  readonly lineEnds: readonly number[];
}

const COMMENTS: ReadonlySet<string> = new Set(["SQL_COMMENT", "C_COMMENT"]);

export function toSource(sql: string, tokens: readonly Token[]): Source {
  const bytes = Buffer.from(sql, "utf8");
  return {
    bytes,
    tokens: tokens.filter((token) => !COMMENTS.has(token.tokenName)),
    lineEnds: lineEndsIn(bytes),
  };
}

function lineEndsIn(bytes: Buffer): number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) ends.push(at);
  return ends;
}

const NEWLINE = 10;

/** The line that contains a byte, counted from 1. */
export function lineOf({ lineEnds }: Source, offset: number): number {
  return firstFrom(lineEnds, offset, (at) => at) + 1;
}

/** The tokens between two offsets. */
export function tokensBetween({ tokens }: Source, start: number, end: number): readonly Token[] {
  const startOf = (token: Token) => token.start;
  return tokens.slice(firstFrom(tokens, start, startOf), firstFrom(tokens, end, startOf));
}

/** By binary search, so a large file is not scanned for each statement. */
function firstFrom<T>(sorted: readonly T[], offset: number, offsetOf: (each: T) => number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsetOf(sorted[middle] as T) < offset) low = middle + 1;
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
