import { distance } from "fastest-levenshtein";

/**
 * A slip of the finger is no more than this many letters, and this share of the name. Two that are
 * swapped count as two.
 */
const MOST_LETTERS = 3;
const MOST_OF_NAME = 0.4;

/** More than this many would not help to choose. */
const MOST_NAMES = 3;

/**
 * The known names that whoever wrote `name` may have meant: the nearest, in alphabetical order. Case
 * and the signs between words make no other name.
 *
 * @example similarNames("Mesages", ["messages", "users"]) // ["messages"]
 */
export function similarNames(name: string, known: readonly string[]): string[] {
  const letters = lettersOf(name);
  const near = [...new Set(known)]
    .filter((candidate) => candidate !== name)
    .map((candidate) => ({ candidate, away: distance(letters, lettersOf(candidate)) }))
    .filter(({ candidate, away }) => away <= mostLetters(letters, lettersOf(candidate)));
  const nearest = Math.min(...near.map(({ away }) => away));
  return near
    .flatMap(({ candidate, away }) => (away === nearest ? [candidate] : []))
    .sort()
    .slice(0, MOST_NAMES);
}

function mostLetters(one: string, other: string): number {
  return Math.min(MOST_LETTERS, Math.floor(Math.max(one.length, other.length) * MOST_OF_NAME));
}

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[\s"'`_-]/g, "");
}

/** `did you mean "a" or "b"?`; undefined without any name. */
export function didYouMean(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  return `did you mean ${names.map((name) => JSON.stringify(name)).join(" or ")}?`;
}
