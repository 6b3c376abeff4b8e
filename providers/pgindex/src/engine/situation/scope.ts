import type { LiveTable } from "../catalog/liveIndex";
import { readTable } from "../catalog/tables";
import type { RecordedForm } from "../compare/recordedForm";
import type { DesiredIndex } from "../declare/desiredIndex";
import { PgIndexError } from "../errors/advice";
import type { Session } from "../session/session";
import { requireConstrainable } from "./prerequisites";
import type { LastBuild } from "./rebuildReason";
import { missingTableAdvice, unsupportedRelationAdvice } from "./tableMessages";

/** What a decision is about: one declared index, its table, and what the resource had so far. */
export interface Scope {
  readonly observer: Session;
  readonly desired: DesiredIndex;
  readonly table: LiveTable;
  /** Undefined on create. */
  readonly previous?: PreviousIndex;
}

/** The index that a resource had so far: where it was, and what it was. */
export interface PreviousIndex extends LastBuild {
  readonly schema: string;
  readonly name: string;
  /** Unknown in a preview. */
  readonly oid?: number;
  /** Unknown in a preview. */
  readonly canonical?: RecordedForm;
}

const INDEXABLE = new Set(["table", "partitioned table", "materialized view"]);

/** The table, or advice: it is missing, or of a kind that takes no concurrent build. */
export async function requireTable(observer: Session, desired: DesiredIndex): Promise<LiveTable> {
  const table = await readTable(observer, desired);
  if (!table) throw new PgIndexError(missingTableAdvice(desired));
  if (!INDEXABLE.has(table.kind))
    throw new PgIndexError(unsupportedRelationAdvice(desired, table.kind));
  await requireConstrainable(observer, desired, table);
  return table;
}
