import type { LiveIndex } from "../catalog/liveIndex";
import { type OwnershipMark, splitComment } from "../declare/ownershipMark";
import type { SessionTarget } from "../session/database";
import {
  type DatabaseIdentity,
  databaseLabel,
  isSameDatabase,
  readDatabaseIdentity,
} from "../session/databaseIdentity";
import { onlyRow } from "../session/query";
import type { Session } from "../session/session";
import { withObserver } from "../session/workspace";
import { otherDatabaseWarning } from "../situation/otherDatabase";
import { displayName } from "../text/render";
import { lossOf, movedText, renamedText } from "./indexLoss";
import type { IndexOutputs } from "./outputs";

/** Every index of a database in short, read at once for a whole stack. */
export interface Inventory {
  readonly database: DatabaseIdentity;
  readonly serverVersion: number;
  /** When the server started: a physical copy, which has the same identity, did at another time. */
  readonly startedAt: string;
  /** By `schema.name`. */
  readonly indexes: ReadonlyMap<string, InventoryIndex>;
}

export interface InventoryIndex
  extends Pick<LiveIndex, "oid" | "schema" | "name" | "valid" | "ready" | "live"> {
  readonly mark?: OwnershipMark;
}

/** Reads the inventory, in one query. */
export async function readInventory(database: SessionTarget): Promise<Inventory> {
  const options = { purpose: "look for the declared indexes", writable: false };
  return withObserver(database, options, async (observer) => {
    const rows = await observer.query<InventoryIndex & { readonly comment: string | null }>(QUERY);
    const indexes = rows.map(({ comment, ...row }) => ({
      ...row,
      mark: splitComment(comment).mark,
    }));
    return {
      database: await readDatabaseIdentity(observer),
      serverVersion: observer.serverVersion,
      startedAt: await startOf(observer),
      indexes: new Map(indexes.map((index) => [displayName(index), index])),
    };
  });
}

async function startOf(observer: Session): Promise<string> {
  const sql = "SELECT pg_postmaster_start_time()::text AS at";
  return onlyRow(await observer.query<{ at: string }>(sql)).at;
}

/**
 * What has become of a recorded index since, without a refresh; null if it is as it was. A
 * definition is not compared: that is a refresh's.
 */
export function changeSince(
  { database, indexes }: Inventory,
  old: Pick<IndexOutputs, "schema" | "name" | "oid" | "ownerId" | "markedOid" | "database">,
): string | null {
  if (old.database && !isSameDatabase(old.database, database))
    return otherDatabaseWarning(old.database, database);
  const named = indexes.get(displayName(old));
  if (!named) {
    const own = ownAmong([...indexes.values()], old);
    if (!own) return `it does not exist in the database ${databaseLabel(database)}`;
    return own.name === old.name ? movedText(own) : renamedText(own);
  }
  if (named.mark && named.mark.id !== old.ownerId) return `it now belongs to ${named.mark.label}`;
  return lossOf(named) ?? lostMark(named, old);
}

function lostMark(
  { mark, oid }: InventoryIndex,
  old: Pick<IndexOutputs, "markedOid" | "ownerId">,
): string | null {
  if (mark || !old.ownerId) return null;
  return oid === old.markedOid
    ? "its comment no longer names its owner"
    : "somebody has built it anew outside";
}

function ownAmong(
  indexes: readonly InventoryIndex[],
  { schema, oid, ownerId }: Pick<IndexOutputs, "schema" | "oid" | "ownerId">,
): InventoryIndex | undefined {
  return indexes.find((index) =>
    ownerId ? index.mark?.id === ownerId : index.oid === oid && index.schema === schema,
  );
}

const QUERY = `
SELECT c.oid::int8::float8 AS oid, n.nspname AS schema, c.relname AS name,
       i.indisvalid AS valid, i.indisready AS ready, i.indislive AS live,
       obj_description(c.oid, 'pg_class') AS comment
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')`;
