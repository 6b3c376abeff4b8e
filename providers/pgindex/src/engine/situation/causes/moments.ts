import { scanSync } from "libpg-query";
import { fragmentsOf, type IndexDefinition } from "../../declare/desiredIndex";
import type { CanonicalIndex } from "../../declare/indexFields";

/** What the input functions of dates and times take for a time that goes on. */
const MOMENT = /\b(now|today|tomorrow|yesterday)\b/i;

/**
 * A constant such as 'now' that PostgreSQL has replaced by the time at which it read it; undefined
 * if there is none. What stands in the server's form is text, an enum's value or the like. Load the
 * parser first.
 *
 * @see https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-DATETIME-SPECIAL-VALUES
 */
export function momentIn(
  index: IndexDefinition,
  { columns = "", predicate = "" }: CanonicalIndex,
): string | undefined {
  const constants = fragmentsOf(index).flatMap((text) =>
    scanSync(text).tokens.filter(({ tokenName }) => tokenName === "SCONST"),
  );
  return constants
    .map(({ text }) => text)
    .find((text) => MOMENT.test(text) && !`${columns} ${predicate}`.includes(text));
}
