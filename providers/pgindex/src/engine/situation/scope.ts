import type { LiveTable } from "../catalog/liveIndex";
import { readTable } from "../catalog/tables";
import type { Claim } from "../compare/ownership";
import type { RecordedForm } from "../compare/recordedForm";
import type { DesiredIndex } from "../declare/desiredIndex";
import type { IndexOrigin } from "../declare/ownershipMark";
import { PgIndexError } from "../errors/advice";
import type { DatabaseIdentity } from "../session/databaseIdentity";
import type { Session } from "../session/session";
import { requireEncodable } from "./encodable";
import { nearTablespace } from "./near/nearObjects";
import { nearTables } from "./near/nearTables";
import { requireConstrainable } from "./prerequisites";
import type { LastBuild } from "./rebuildReason";
import {
  missingTableAdvice,
  missingTablespaceAdvice,
  unsupportedRelationAdvice,
} from "./tableMessages";

/** What a decision concerns: one declared index, its table, and the resource's previous index. */
export interface Scope {
  readonly observer: Session;
  readonly desired: DesiredIndex;
  readonly table: LiveTable;
  /** The database that the observer is connected to. */
  readonly database: DatabaseIdentity;
  /** Who wants the index; undefined for a mere question. */
  readonly claim?: Claim;
  /** Undefined on create. */
  readonly previous?: PreviousIndex;
}

/** The index that a resource managed until now: its place and its definition. */
export interface PreviousIndex extends LastBuild {
  readonly schema: string;
  readonly name: string;
  /** Unknown in a preview. */
  readonly oid?: number;
  /** Unknown in a preview. */
  readonly canonical?: RecordedForm;
  /** Missing in states of older releases, and in a preview. */
  readonly database?: DatabaseIdentity;
  readonly ownerId?: string | null;
  /** The OID of the index that we have marked; null without marks. */
  readonly markedOid?: number | null;
  /** The OID under the declared name that the user has been shown in this run. */
  readonly seenOid?: number;
  readonly origin?: IndexOrigin;
  readonly adopted?: boolean;
  /** As it was declared: all that a preview knows of them. */
  readonly storageParameters?: Readonly<Record<string, string>>;
}

const INDEXABLE = new Set(["table", "partitioned table", "materialized view"]);

/**
 * Reads the table. Throws {@link PgIndexError} when it is missing or does not support a concurrent
 * build.
 */
export async function requireTable(observer: Session, desired: DesiredIndex): Promise<LiveTable> {
  await requireEncodable(observer, desired);
  const table = await readTable(observer, desired);
  if (!table)
    throw new PgIndexError(missingTableAdvice(desired, await nearTables(observer, desired)));
  if (!INDEXABLE.has(table.kind))
    throw new PgIndexError(unsupportedRelationAdvice(desired, table.kind));
  const tablespace = await nearTablespace(observer, desired);
  if (tablespace) throw new PgIndexError(missingTablespaceAdvice(desired, tablespace));
  await requireConstrainable(observer, desired, table);
  return table;
}
