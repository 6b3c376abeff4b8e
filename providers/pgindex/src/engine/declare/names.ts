import { createHash } from "node:crypto";
import { MAX_IDENTIFIER_BYTES } from "../text/sql";
import type { IndexDefinition } from "./desiredIndex";
import { createIndexStatement } from "./statement";

/** What we call an index while it is not yet, or no longer, the declared one. */
const SUFFIXES = {
  /** Built to replace the declared index, not swapped in yet. */
  next: "_pgindex_new",
  /** Swapped out, not dropped yet. */
  retired: "_pgindex_old",
} as const;

/**
 * The temporary name beside an index: the same in every run, at most 63 bytes, recognisable after a
 * crash. A name that has to be cut carries a hash, so that two long names stay apart.
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

/** Both temporary names, `next` first. */
export function companionNames(name: string): [next: string, retired: string] {
  return [companionName(name, "next"), companionName(name, "retired")];
}

/**
 * The name of a partition's index: the same in every run, another one for another definition, and
 * recognisable as belonging to the declared partitioned index.
 */
export function childName(partition: string, desired: IndexDefinition): string {
  const definition = createIndexStatement({
    ...desired,
    schema: "",
    table: "",
    name: "",
    comment: undefined,
  });
  const suffix = `_${familyOf(desired)}_${shortHash(definition, 4)}`;
  return cutBytes(`${partition}_${desired.name}`, MAX_IDENTIFIER_BYTES - suffix.length) + suffix;
}

/**
 * Whether a name is one that {@link childName} gives for this index, whatever its definition was
 * then.
 */
export function isChildName(
  candidate: string,
  index: { readonly schema: string; readonly name: string },
): boolean {
  return new RegExp(`_${familyOf(index)}_[0-9a-f]{4}$`).test(candidate);
}

function familyOf({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return shortHash(JSON.stringify([schema, name]), 8);
}

function shortHash(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}

/** The longest beginning of `text` of at most `bytes` bytes that cuts no character. */
function cutBytes(text: string, bytes: number): string {
  let cut = "";
  for (const character of text) {
    if (Buffer.byteLength(cut + character) > bytes) break;
    cut += character;
  }
  return cut;
}

/**
 * Whether `candidate` is what an interrupted REINDEX CONCURRENTLY of `name` leaves: `_ccnew` (the
 * new one) or `_ccold` (the old one after the swap), numbered on repeats, the name cut where it
 * would be too long
 * (https://www.postgresql.org/docs/current/sql-reindex.html#SQL-REINDEX-CONCURRENTLY).
 */
export function isReindexLeftoverName(candidate: string, name: string): boolean {
  const match = /^(.*)_cc(?:new|old)\d*$/s.exec(candidate);
  const base = match?.[1];
  if (base === undefined) return false;
  const isCut = Buffer.byteLength(candidate) >= MAX_IDENTIFIER_BYTES - 3;
  return base === name || (isCut && base !== "" && name.startsWith(base));
}
