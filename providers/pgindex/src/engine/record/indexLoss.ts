import type { LiveIndex } from "../catalog/liveIndex";
import { isDropName } from "../declare/names";

/** Why queries cannot use an index, and its remaining cost; null if they can use it. */
export function lossOf({
  valid,
  ready,
  live,
}: Pick<LiveIndex, "valid" | "ready" | "live">): string | null {
  if (!live)
    return (
      "half dropped: queries have lost the index to an interrupted DROP INDEX CONCURRENTLY; " +
      "no write maintains it"
    );
  if (!ready) return "INVALID: queries have lost the index; no write maintains it";
  if (!valid)
    return (
      "INVALID: queries have lost the index, most likely to an interrupted " +
      "DROP INDEX CONCURRENTLY; every write still maintains it"
    );
  return null;
}

/** What is said of an index that no longer has its declared name. */
export function renamedText(
  index: Pick<LiveIndex, "name" | "oid" | "valid" | "ready" | "live">,
): string {
  if (!isDropName(index)) return `renamed outside to ${index.name}`;
  return lossOf(index) ?? `an interrupted drop has renamed it to ${index.name}`;
}

/** What is said of an index that is in another schema, most likely with its table. */
export function movedText({ schema }: Pick<LiveIndex, "schema">): string {
  return `moved outside to schema ${schema}`;
}
