import { parseTexts, type Token } from "./parserThread";
import { closingOf, toSource } from "./sqlTokens";

/**
 * What PostgreSQL prints of an expression, read again, is not always the same expression: an `AND`
 * in brackets melts into the `AND` that follows, and a cast of an `ARRAY[…]` goes to its elements.
 * A cast that changes nothing stands in the way of both, and leaves no trace in the expression: of
 * a truth value to boolean, of an array to anyarray.
 *
 * @example keepStructure("((a > 1) AND (a < 9)) AND b")       // ((a > 1) AND (a < 9))::boolean AND b
 * @example keepStructure("(ARRAY['a'::varchar])::text[]")     // (ARRAY['a'::varchar]::anyarray)::text[]
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
  /** The offset of the end of what is cast. */
  readonly at: number;
  readonly cast: string;
}

const CONNECTIVES: ReadonlySet<string> = new Set(["AND", "OR"]);

/** `(… AND …) AND`: PostgreSQL prints every list of conditions in brackets of its own. */
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

/** The connectives that stand in no inner bracket. */
function connectivesIn(tokens: readonly Token[]): string[] {
  const inner = opened(tokens, "(").map(({ open, close }) => [open, close] as const);
  return tokens
    .filter((_, i) => !inner.some(([open, close]) => open < i && i < close))
    .map(({ text }) => text)
    .filter((text) => CONNECTIVES.has(text));
}
