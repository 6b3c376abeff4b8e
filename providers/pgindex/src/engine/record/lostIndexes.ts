import type { LiveIndex } from "../catalog/liveIndex";
import type { SessionTarget } from "../session/database";
import { withObserver } from "../session/workspace";
import { displayName } from "../text/render";

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

/**
 * Maps the `schema.name` of every index that queries cannot use to the reason, in one query for the
 * whole stack. Empty if the server is unreachable, because a preview without changes needs no
 * server.
 */
export async function lostIndexes(database: SessionTarget): Promise<ReadonlyMap<string, string>> {
  const options = { purpose: "find lost indexes", writable: false };
  try {
    const rows = await withObserver(database, options, (observer) => observer.query<Lost>(QUERY));
    return new Map(rows.map((row) => [displayName(row), lossOf(row) ?? ""]));
  } catch {
    return new Map();
  }
}

type Lost = Pick<LiveIndex, "schema" | "name" | "valid" | "ready" | "live">;

const QUERY = `
SELECT n.nspname AS schema, c.relname AS name,
       i.indisvalid AS valid, i.indisready AS ready, i.indislive AS live
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT (i.indisvalid AND i.indisready AND i.indislive)`;
