import type { IndexOnTable } from "../catalog/indexTree";
import type { Observation } from "../catalog/liveIndex";
import type { CanonicalIndex } from "../declare/indexFields";
import { type DatabaseIdentity, readDatabaseIdentity } from "../session/databaseIdentity";
import type { Session } from "../session/session";

/** The index that a measurement found on the server. */
export interface FoundIndex {
  /** `schema.name` */
  readonly index: string;
  readonly table: string;
  readonly oid: number;
  /** `pg_get_indexdef` */
  readonly definition: string;
  readonly canonical: CanonicalIndex;
  readonly database: DatabaseIdentity;
  /** Scans by traffic that it already had when it was first measured; 0 if it was built. */
  readonly trafficBefore: number;
}

/** What a report has, and what the last one on the same index had. */
interface Reports {
  readonly watched: { readonly usage: { readonly trafficScans: number } } | undefined;
  readonly previous: { readonly found?: FoundIndex | null } | undefined;
}

/** Describes the index that is there; null if none is. */
export async function foundIndex(
  session: Session,
  { schema, name, isBuilt }: IndexOnTable & { readonly isBuilt?: boolean },
  observed: Observation,
  { watched, previous }: Reports,
): Promise<FoundIndex | null> {
  if (observed.kind !== "index") return null;
  const { oid, table, definition, canonical } = observed.index;
  const traffic = watched?.usage.trafficScans ?? 0;
  // Rebuilt by somebody else, it is another index, and nobody knows since when.
  const known = previous?.found;
  const isFirst = !known && isBuilt;
  const trafficBefore = known?.oid === oid ? known.trafficBefore : isFirst ? 0 : traffic;
  const index = `${schema}.${name}`;
  const database = await readDatabaseIdentity(session);
  return { index, table, oid, definition, canonical, database, trafficBefore };
}
