import { createHash } from "node:crypto";
import { MAX_IDENTIFIER_BYTES } from "../text/sql";
import type { IndexDefinition } from "./desiredIndex";
import { createIndexStatement } from "./statement";

/** Suffixes of the names an index has before and after it is the declared one. */
const SUFFIXES = {
  /** Built to replace the declared index; not swapped in yet. */
  next: "_pgindex_new",
  /** Swapped out; not dropped yet. */
  retired: "_pgindex_old",
} as const;

/**
 * The temporary name for an index's replacement or predecessor: the same in every run, at most 63
 * bytes, recognisable after a crash. A truncated name carries a hash to keep long names distinct.
 *
 * @example companionName("users_email_idx", "next") // users_email_idx_pgindex_new
 */
export function companionName(name: string, role: keyof typeof SUFFIXES): string {
  const suffix = SUFFIXES[role];
  if (Buffer.byteLength(name + suffix) <= MAX_IDENTIFIER_BYTES) return name + suffix;
  const hash = shortHash(name, 8);
  const room = MAX_IDENTIFIER_BYTES - suffix.length - hash.length - 1;
  return `${cutBytes(name, room)}_${hash}${suffix}`;
}

/**
 * The name under which an index is dropped. `DROP INDEX CONCURRENTLY` looks the name up again after
 * it has waited for the index's lock, and by then another index may have it. Nobody else gives an
 * index this name, which has the index's own OID.
 *
 * @example dropName("users_email_idx", 16412) // users_email_idx_pgindex_drop_16412
 */
export function dropName(name: string, oid: number): string {
  const suffix = `_pgindex_drop_${oid}`;
  return cutBytes(name, MAX_IDENTIFIER_BYTES - suffix.length) + suffix;
}

/** Whether an interrupted drop left an index under its present name. */
export function isDropName({
  name,
  oid,
}: {
  readonly name: string;
  readonly oid: number;
}): boolean {
  return name.endsWith(dropName("", oid));
}

/** Whether an interrupted drop of the index called `name` left it under its present name. */
export function isDropNameOf(
  live: { readonly name: string; readonly oid: number },
  name: string,
): boolean {
  return [name, ...companionNames(name)].some((base) => live.name === dropName(base, live.oid));
}

/** Both temporary names, `next` first. */
export function companionNames(name: string): [next: string, retired: string] {
  return [companionName(name, "next"), companionName(name, "retired")];
}

/**
 * The name of a partition's index: the same in every run, different for each definition, and
 * recognisable as part of the declared partitioned index. A name that has to be cut carries a hash
 * of the partition too: partitions of one table often differ in the last bytes of their names.
 *
 * @example childName("m_2026", desired) // m_2026_m_idx_72db22e3_14cb
 */
export function childName(partition: string, desired: IndexDefinition): string {
  const definition = createIndexStatement({
    ...desired,
    schema: "",
    table: "",
    name: "",
    comment: undefined,
  });
  const base = `${partition}_${desired.name}`;
  const whole = `${base}_${familyOf(desired)}_${shortHash(definition, SHORT_HASH)}`;
  if (Buffer.byteLength(whole) <= MAX_IDENTIFIER_BYTES) return whole;
  const hash = shortHash(JSON.stringify([partition, definition]), LONG_HASH);
  const suffix = `_${familyOf(desired)}_${hash}`;
  return cutBytes(base, MAX_IDENTIFIER_BYTES - suffix.length) + suffix;
}

/** Hexadecimal digits: of a definition among an index's few, and of a partition among many. */
const SHORT_HASH = 4;
const LONG_HASH = 12;

/** Whether {@link childName} can have made this name for the index, under any definition. */
export function isChildName(
  candidate: string,
  index: { readonly schema: string; readonly name: string },
): boolean {
  const hash = `[0-9a-f]{${SHORT_HASH}}|[0-9a-f]{${LONG_HASH}}`;
  return new RegExp(`_${familyOf(index)}_(?:${hash})$`).test(candidate);
}

function familyOf({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return shortHash(JSON.stringify([schema, name]), 8);
}

function shortHash(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}

/** The longest prefix of `text` that fits into `bytes` bytes without splitting a character. */
function cutBytes(text: string, bytes: number): string {
  let cut = "";
  for (const character of text) {
    if (Buffer.byteLength(cut + character) > bytes) break;
    cut += character;
  }
  return cut;
}

/**
 * Whether an interrupted REINDEX CONCURRENTLY of `name` can have left `candidate` behind: `_ccnew`
 * (the new index) or `_ccold` (the old one after the swap), numbered on repeats, and truncated if
 * too long (https://www.postgresql.org/docs/current/sql-reindex.html#SQL-REINDEX-CONCURRENTLY).
 */
export function isReindexLeftoverName(candidate: string, name: string): boolean {
  const match = /^(.*)_cc(?:new|old)\d*$/s.exec(candidate);
  const base = match?.[1];
  if (base === undefined) return false;
  const isCut = Buffer.byteLength(candidate) >= MAX_IDENTIFIER_BYTES - 3;
  return base === name || (isCut && base !== "" && name.startsWith(base));
}
