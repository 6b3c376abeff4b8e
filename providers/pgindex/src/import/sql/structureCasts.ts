import { parseTexts, type Token } from "../parser/parserThread";
import { closingOf, toSource } from "../parser/sqlTokens";

/**
 * Keeps an expression the same after PostgreSQL prints it and reads it again: a parenthesized `AND`
 * would merge into the `AND` that follows it, and a cast of an `ARRAY[…]` would move to its
 * elements. A cast that changes nothing prevents both and leaves no trace in the expression:
 * boolean to boolean, array to anyarray.
 *
 * @example
 * keepStructure("((a > 1) AND (a < 9)) AND b"); // ((a > 1) AND (a < 9))::boolean AND b
 * keepStructure("(ARRAY['a'::varchar])::text[]"); // (ARRAY['a'::varchar]::anyarray)::text[]
 */
export function keepStructure(sql: string): string {
  const [parsed] = parseTexts([sql]);
  if (parsed?.kind !== "ok") return sql;
  const { bytes, tokens } = toSource(sql, parsed.tokens);
  const casts = [...nestedLists(tokens), ...castArrays(tokens)].sort((a, b) => a.at - b.at);
  const ends = [...casts.map(({ at }) => at), bytes.length];
  const parts = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end).toString("utf8"));
  return parts.map((part, i) => part + (casts[i]?.cast ?? "")).join("");
}

interface Cast {
  /** Offset of the end of the text to cast. */
  readonly at: number;
  readonly cast: string;
}

const CONNECTIVES: ReadonlySet<string> = new Set(["AND", "OR"]);

/** `(… AND …) AND`: PostgreSQL prints every list of conditions in its own parentheses. */
function nestedLists(tokens: readonly Token[]): Cast[] {
  return opened(tokens, "(").flatMap(({ open, close }) => {
    const connective = tokens[close + 1]?.text ?? "";
    if (!CONNECTIVES.has(connective)) return [];
    const isSame = connectivesIn(tokens.slice(open + 1, close)).includes(connective);
    return isSame ? [{ at: tokens[close]?.end ?? 0, cast: "::boolean" }] : [];
  });
}

/** `ARRAY[…]::type` and `(ARRAY[…])::type`. An empty array needs its cast. */
function castArrays(tokens: readonly Token[]): Cast[] {
  return opened(tokens, "[").flatMap(({ open, close }) => {
    const isArray = tokens[open - 1]?.text === "ARRAY" && close > open + 1;
    const isBracketed = tokens[open - 2]?.text === "(" && tokens[close + 1]?.text === ")";
    const isCast = tokens[close + (isBracketed ? 2 : 1)]?.text === "::";
    return isArray && isCast ? [{ at: tokens[close]?.end ?? 0, cast: "::anyarray" }] : [];
  });
}

function opened(tokens: readonly Token[], bracket: string) {
  return [...tokens.keys()]
    .filter((i) => tokens[i]?.text === bracket)
    .map((open) => ({ open, close: closingOf(tokens, open) }));
}

/** The connectives outside any inner parentheses. */
function connectivesIn(tokens: readonly Token[]): string[] {
  const inner = opened(tokens, "(").map(({ open, close }) => [open, close] as const);
  return tokens
    .filter((_, i) => !inner.some(([open, close]) => open < i && i < close))
    .map(({ text }) => text)
    .filter((text) => CONNECTIVES.has(text));
}
