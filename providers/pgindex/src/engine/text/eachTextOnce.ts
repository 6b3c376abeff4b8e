/**
 * Gives back each text as it came first, so that equal ones take memory once: a hundred thousand
 * columns have few names, operator classes and collations.
 *
 * @example
 * const once = eachTextOnce();
 * rows.map(({ collation }) => once(collation));
 */
export function eachTextOnce(): <T extends string | null>(text: T) => T {
  const texts = new Map<string | null, string | null>();
  return <T extends string | null>(text: T): T => {
    if (!texts.has(text)) texts.set(text, text);
    return texts.get(text) as T;
  };
}
