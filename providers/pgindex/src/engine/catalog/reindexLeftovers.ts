import { isReindexLeftoverName } from "../declare/names";
import type { Session } from "../session/session";
import { readIndexes } from "./indexes";
import type { LiveIndex } from "./liveIndex";

/**
 * The INVALID indexes that interrupted REINDEX CONCURRENTLY runs on the index `name` left on its
 * table.
 */
export async function reindexLeftoversOf(
  session: Session,
  tableOid: number,
  name: string,
): Promise<LiveIndex[]> {
  const invalid = await invalidIndexesOf(session, tableOid);
  const left = invalid.filter((index) => isReindexLeftoverName(index.name, name));
  return readIndexes(
    session,
    left.map(({ oid }) => oid),
  );
}

/**
 * The OIDs and names of a table's INVALID indexes, including what failed builds and REINDEX left
 * behind.
 */
export async function invalidIndexesOf(
  session: Session,
  tableOid: number,
): Promise<{ readonly oid: number; readonly name: string }[]> {
  return session.query(
    `SELECT c.oid::int8::float8 AS oid, c.relname AS name
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE i.indrelid = $1 AND NOT i.indisvalid ORDER BY c.oid`,
    [tableOid],
  );
}
