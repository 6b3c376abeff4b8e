import { invalidIndexesOf, readIndexes } from "./catalog";
import type { LiveIndex } from "./declare/desiredIndex";
import { isReindexLeftoverName } from "./declare/names";
import type { Session } from "./session/session";

/** The INVALID indexes that interrupted runs of REINDEX CONCURRENTLY of an index have left on its table. */
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
