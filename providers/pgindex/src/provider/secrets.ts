import { scanSync } from "libpg-query";
import { loadParser } from "../engine/input/expression";
import { escapePattern } from "../engine/text/pattern";
import { SECRET } from "../engine/text/secret";

/** Of a resource's inputs or outputs, what repeats its declaration, and what names it. */
interface Declared {
  readonly statement?: unknown;
  readonly schema?: unknown;
  readonly name?: unknown;
  readonly table?: unknown;
}

/** What repeats a declaration, with the names of the table and the index, which are no secret. */
const REPEATS: ReadonlySet<string> = new Set(["statement", "definition", "canonical"]);

/**
 * The texts that no message may show: each secret argument, and every name and constant in it, since
 * PostgreSQL prints an expression in its own way. Of outputs, which have no arguments, the names and
 * constants of the statement, but for those of the index and its table.
 */
export async function secretsOf(
  value: object | undefined,
  secret: readonly string[] | undefined,
): Promise<readonly string[]> {
  if (!secret?.length) return [];
  const resource: Declared = value ?? {};
  await loadParser();
  const paths = secret.map((path) => String(path).split("."));
  const isRepeated = ([first = ""]: readonly string[]) => REPEATS.has(first);
  const texts = paths
    .filter((path) => !isRepeated(path))
    .flatMap((path) => textsIn(at(value, path)));
  // Messages name the arguments, and a column can be called "name".
  const isArgument = (word: string) => Object.hasOwn(resource, word);
  if (texts.length > 0)
    return distinct([...texts, ...texts.flatMap(wordsOf).filter((word) => !isArgument(word))]);
  const { statement, schema, name, table } = resource;
  const repeats = [...paths.filter(isRepeated).map((path) => at(value, path)), statement];
  const words = repeats.flatMap(textsIn).flatMap(wordsOf);
  return distinct(words.filter((word) => ![schema, name, table].includes(word)));
}

/** Longest first, so that a text goes before its words. */
function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter(Boolean).sort((a, b) => b.length - a.length);
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (it, key) => (it as Record<string, unknown> | undefined)?.[key],
    value,
  );
}

/** Whether any of these outputs is there in clear. */
export function isClear(
  outputs: object,
  paths: readonly string[],
  concealed: readonly string[] = [],
): boolean {
  const isThere = (path: string) => (at(outputs, path.split(".")) ?? null) !== null;
  return paths.some((path) => isThere(path) && !concealed.includes(path));
}

function textsIn(value: unknown): string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(textsIn);
  return typeof value === "string" || typeof value === "number" ? [String(value)] : [];
}

const WORDS: ReadonlySet<string> = new Set(
  "SCONST USCONST BCONST XCONST ICONST FCONST IDENT UIDENT".split(" "),
);

function wordsOf(text: string): string[] {
  try {
    return scanSync(text)
      .tokens.filter(({ tokenName }) => WORDS.has(tokenName))
      .flatMap((token) => [token.text, unquoted(token.text)]);
  } catch {
    return text.split(/\W+/);
  }
}

/** `'it''s'` is shown as `it's` by some messages. */
function unquoted(word: string): string {
  const [, quote, inner] = /^\w?&?(['"])(.*)\1$/s.exec(word) ?? [];
  return quote === undefined || inner === undefined ? word : inner.replaceAll(quote + quote, quote);
}

/** The message without the secrets. A short one counts only as a word of its own. */
export function conceal(message: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => {
    const escaped = escapePattern(secret);
    const pattern = /^\w+$/.test(secret) ? `(?<!\\w)${escaped}(?!\\w)` : escaped;
    return text.replace(new RegExp(pattern, "g"), SECRET);
  }, message);
}
