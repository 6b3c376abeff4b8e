import type { LiveIndex } from "../catalog/liveIndex";
import type { PatienceOptions } from "../declare/patienceOptions";
import { differencesSince, type RecordedForm } from "./recordedForm";

/**
 * What identifies an index: never its name alone, and not its OID, which REINDEX CONCURRENTLY
 * changes.
 */
export interface IndexIdentity {
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  /** Where it was last seen; a hint for an index that was renamed outside. */
  readonly oid?: number;
  readonly canonical: RecordedForm;
  /** As the resource declared it; absent where an older release made it. */
  readonly patience?: PatienceOptions | null;
}

/** An OID alone proves little: a restored database gives the same numbers to other indexes. */
export function isStillOurs(
  live: LiveIndex,
  old: Pick<IndexIdentity, "schema" | "name" | "table" | "canonical">,
): boolean {
  const isRenamed = live.schema === old.schema && live.table === old.table;
  const isMoved = live.name === old.name;
  return (isRenamed || isMoved) && differencesSince(old.canonical, live.canonical).length === 0;
}
