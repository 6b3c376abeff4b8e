import { USABLE_BYTES } from "./btreeSize";

const HASH_TUPLE_BYTES = 20;
/** Up to here buckets are doubled, beyond a quarter as many are added at a time. */
const DOUBLED_BUCKETS = 1_024;

/**
 * As many buckets as the rows would fill to three quarters, and what few values do not leave room
 * for in theirs.
 *
 * @see https://www.postgresql.org/docs/current/hash-index.html
 */
export function hashPages(rows: number, distinct: number): number {
  const perPage = Math.floor(USABLE_BYTES / HASH_TUPLE_BYTES);
  const wanted = Math.max(2, rows / Math.floor(perPage * 0.75));
  const power = 2 ** Math.ceil(Math.log2(wanted));
  const buckets = power <= DOUBLED_BUCKETS ? power : Math.ceil((8 * wanted) / power) * (power / 8);
  const values = Math.max(1, Math.min(distinct < 0 ? -distinct * rows : distinct, buckets));
  const overflow = values * Math.max(0, Math.ceil(rows / values / perPage) - 1);
  return Math.round(2 + buckets + overflow);
}
