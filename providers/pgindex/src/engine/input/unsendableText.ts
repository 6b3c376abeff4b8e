/** A text that cannot reach the server as it is written. */
export interface UnsendableText {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly fix: string;
}

/**
 * Texts that PostgreSQL cannot hold: it ends a text at NUL, so the rest would be missing from the
 * message, and half of a surrogate pair would arrive as U+FFFD. Names of properties count too.
 */
export function unsendableTexts(
  value: unknown,
  path: readonly PropertyKey[] = [],
): UnsendableText[] {
  if (typeof value === "string") return problemsOf(value, path);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    return [...problemsOf(key, here), ...unsendableTexts(each, here)];
  });
}

function problemsOf(text: string, path: readonly PropertyKey[]): UnsendableText[] {
  if (text.includes("\0")) return [{ path, message: "contains a NUL character", fix: "remove it" }];
  // With the flag u, a pair is one character and no surrogate.
  const half = /\p{Surrogate}/u.exec(text)?.[0].charCodeAt(0);
  if (half === undefined) return [];
  const message = `contains half of a character (\\u${half.toString(16)})`;
  return [{ path, message, fix: "correct the text: it was cut within a character" }];
}
