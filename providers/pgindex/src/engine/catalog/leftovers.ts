import { isDropNameOf, isReindexLeftoverName } from "../declare/names";
import type { Session } from "../session/session";
import { readIndexes } from "./indexes";
import type { LiveIndex } from "./liveIndex";

/**
 * What interrupted runs left on the table of the index `name`: INVALID indexes of REINDEX
 * CONCURRENTLY, and those that a drop had already renamed, which can still be valid.
 */
export async function leftoversOf(
  session: Session,
  tableOid: number,
  name: string,
): Promise<LiveIndex[]> {
  const indexes = await indexNamesOf(session, tableOid);
  const left = indexes.filter(
    (index) =>
      isDropNameOf(index, name) || (!index.valid && isReindexLeftoverName(index.name, name)),
  );
  return readIndexes(
    session,
    left.map(({ oid }) => oid),
  );
}

/**
 * The OIDs and names of a table's INVALID indexes, including what failed builds and REINDEX left
 * behind.
 */
export async function invalidIndexesOf(session: Session, tableOid: number): Promise<IndexName[]> {
  return (await indexNamesOf(session, tableOid)).filter((index) => !index.valid);
}

interface IndexName {
  readonly oid: number;
  readonly name: string;
  readonly valid: boolean;
}

async function indexNamesOf(session: Session, tableOid: number): Promise<IndexName[]> {
  return session.query<IndexName>(
    `SELECT c.oid::int8::float8 AS oid, c.relname AS name, i.indisvalid AS valid
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE i.indrelid = $1 ORDER BY c.oid`,
    [tableOid],
  );
}
