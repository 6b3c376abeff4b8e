import { isDropNameOf, isReindexLeftoverName } from "../declare/names";
import type { Session } from "../session/session";
import { everything } from "../session/sharedReads";
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

const NAMES = `
SELECT c.oid::int8::float8 AS oid, c.relname AS name, i.indisvalid AS valid,
       i.indrelid::int8::float8 AS "tableOid"
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid`;

/** The indexes of a table, by their age. */
export async function indexNamesOf(
  session: Session,
  tableOid: number,
): Promise<readonly IndexName[]> {
  const all = await everything(session, allIndexNames);
  if (all) return all.get(tableOid) ?? [];
  return session.query<IndexName>(`${NAMES} WHERE i.indrelid = $1 ORDER BY c.oid`, [tableOid]);
}

/** By the OIDs of their tables. */
async function allIndexNames(session: Session): Promise<ReadonlyMap<number, IndexName[]>> {
  type Row = IndexName & { readonly tableOid: number };
  const byTable = new Map<number, IndexName[]>();
  for (const { tableOid, ...index } of await session.query<Row>(`${NAMES} ORDER BY c.oid`))
    byTable.set(tableOid, [...(byTable.get(tableOid) ?? []), index]);
  return byTable;
}
