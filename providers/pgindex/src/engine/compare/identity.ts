import type { LiveIndex } from "../catalog/liveIndex";
import type { PatienceOptions } from "../declare/patienceOptions";
import { differencesSince, type RecordedForm } from "./recordedForm";

/**
 * What identifies an index: never just its name, and never its OID, which REINDEX CONCURRENTLY
 * changes.
 */
export interface IndexIdentity {
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  /** The last known OID; a hint to find an index that was renamed outside Pulumi. */
  readonly oid?: number;
  readonly canonical: RecordedForm;
  /** As the resource declared it; absent in states of older releases. */
  readonly patience?: PatienceOptions | null;
}

/** An OID alone proves little: in a restored database it can belong to another index. */
export function isStillOurs(
  live: LiveIndex,
  old: Pick<IndexIdentity, "schema" | "name" | "table" | "canonical">,
): boolean {
  const isRenamed = live.schema === old.schema && live.table === old.table;
  const isMoved = live.name === old.name;
  return (isRenamed || isMoved) && differencesSince(old.canonical, live.canonical).length === 0;
}
