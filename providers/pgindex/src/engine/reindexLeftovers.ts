import { readIndex } from "./catalog";
import type { LiveIndex } from "./model";
import { isReindexLeftoverName } from "./names";
import type { Session } from "./session";

/** The INVALID indexes that interrupted runs of REINDEX CONCURRENTLY of an index have left on its table. */
export async function reindexLeftoversOf(
  session: Session,
  tableOid: number,
  name: string,
): Promise<LiveIndex[]> {
  const invalid = await session.query<{ oid: number; name: string }>(
    `SELECT c.oid::int8::float8 AS oid, c.relname AS name
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE i.indrelid = $1 AND NOT i.indisvalid ORDER BY c.oid`,
    [tableOid],
  );
  const left = invalid.filter((index) => isReindexLeftoverName(index.name, name));
  const found = await Promise.all(left.map(({ oid }) => readIndex(session, oid)));
  return found.filter((live) => live !== undefined);
}
