import { MAX_IDENTIFIER_BYTES } from "../text/sql";

/**
 * The name PostgreSQL gives an index that has none: `table_columns_idx`, numbered if taken, at most
 * 63 bytes. Follows ChooseIndexName in indexcmds.c. `columns`: of the index, without repetitions.
 *
 * @example defaultIndexName("users", ["a", "lower"], () => false) // users_a_lower_idx
 */
export function defaultIndexName(
  table: string,
  columns: readonly string[],
  isTaken: (name: string) => boolean,
): string {
  const addition = additionOf(columns);
  for (let i = 0; ; i += 1) {
    const name = objectName(table, addition, i === 0 ? "idx" : `idx${i}`);
    if (!isTaken(name)) return name;
  }
}

/** The column names joined, stopping once they are too long anyway. */
function additionOf(names: readonly string[]): string {
  let joined = "";
  for (const name of names) {
    joined += joined === "" ? name : `_${name}`;
    if (Buffer.byteLength(joined) > MAX_IDENTIFIER_BYTES) break;
  }
  return joined;
}

/** `first_second_label`; excess length is taken from the longer of the first two. */
function objectName(first: string, second: string, label: string): string {
  const room = MAX_IDENTIFIER_BYTES - label.length - 2;
  let a = Buffer.byteLength(first);
  let b = Buffer.byteLength(second);
  while (a + b > room) {
    if (a > b) a -= 1;
    else b -= 1;
  }
  return `${clip(first, a)}_${clip(second, b)}_${label}`;
}

/** The beginning of a text, up to this many bytes, without cutting a character in half. */
export function clip(text: string, bytes: number): string {
  const all = Buffer.from(text, "utf8");
  let end = Math.min(bytes, all.length);
  // A byte 10xxxxxx continues a character.
  while (end < all.length && ((all[end] ?? 0) & 0b1100_0000) === 0b1000_0000) end -= 1;
  return all.subarray(0, end).toString("utf8");
}
