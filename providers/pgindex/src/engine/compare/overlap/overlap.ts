import type { LiveIndex } from "../../catalog/liveIndex";
import type { CanonicalIndex } from "../../declare/indexFields";

/**
 * How an index that stands is related to another one, such as one that is to be built: the same
 * under another name, one that serves all its queries, or one that it leaves without a query of its
 * own. The one definition of it: for a preview, for the twin, and for `pgindex redundant`.
 */
export type Overlap = "same" | "covering" | "redundant";

/** Undefined if each serves queries that the other cannot serve as well. */
export function overlapOf(declared: CanonicalIndex, other: CanonicalIndex): Overlap | undefined {
  const covers = doesAll(declared, other);
  if (doesAll(other, declared)) return covers ? "same" : "covering";
  return covers ? "redundant" : undefined;
}

/** Whether nothing but queries needs it. */
export function isFree({
  constraint,
  isReferenced,
  isReplicaIdentity,
  partOf,
  isClustered,
}: LiveIndex): boolean {
  return !(constraint || isReferenced || isReplicaIdentity || partOf || isClustered);
}

/** Whether each query that `small` serves, and each row that it refuses, `large` does too. */
function doesAll(large: CanonicalIndex, small: CanonicalIndex): boolean {
  if (large.accessMethod !== small.accessMethod || large.predicate !== small.predicate)
    return false;
  const keys = { large: listOf(large.columns), small: listOf(small.columns) };
  if (!coversKeys(keys.large, keys.small, small.accessMethod)) return false;
  const refusesAsMuch =
    large.unique === small.unique &&
    large.nullsNotDistinct === small.nullsNotDistinct &&
    keys.large.length === keys.small.length;
  if (small.unique && !refusesAsMuch) return false;
  const held = [...keys.large.map(columnOf), ...listOf(large.include)];
  return listOf(small.include).every((column) => held.includes(column));
}

function coversKeys(
  large: readonly string[],
  small: readonly string[],
  method: string | undefined,
): boolean {
  switch (method) {
    // A condition on any of the columns is as good, whatever their order.
    case "gin":
    case "brin":
      return small.every((key) => large.includes(key));
    // Read from its end, it has the opposite order.
    case "btree":
      return beginsWith(large, small) || beginsWith(large, small.map(reversed));
    default:
      return large.length === small.length && beginsWith(large, small);
  }
}

const beginsWith = (all: readonly string[], first: readonly string[]) =>
  first.every((key, i) => key === all[i]);

const REVERSED: Readonly<Record<string, string>> = {
  "": " DESC",
  " DESC": "",
  " NULLS FIRST": " DESC NULLS LAST",
  " DESC NULLS LAST": " NULLS FIRST",
};

function reversed(key: string): string {
  const [order = ""] = /(?: DESC)?(?: NULLS (?:FIRST|LAST))?$/.exec(key) ?? [];
  return key.slice(0, key.length - order.length) + REVERSED[order];
}

/** The key without operator class and order: a quoted name may hold spaces. */
function columnOf(key: string): string {
  return /^(?:"(?:[^"]|"")*"|[^ "(]+)(?= )/.exec(key)?.[0] ?? key;
}

/** Splits a list as PostgreSQL prints it: a comma of an expression stands within parentheses. */
function listOf(text = ""): string[] {
  const tokens = text.match(/'(?:[^']|'')*'|"(?:[^"]|"")*"|, |[\s\S]/g) ?? [];
  let depth = 0;
  const items: string[] = text === "" ? [] : [""];
  for (const token of tokens) {
    if (token === "(") depth += 1;
    if (token === ")") depth -= 1;
    if (token === ", " && depth === 0) items.push("");
    else items.push((items.pop() ?? "") + token);
  }
  return items;
}
