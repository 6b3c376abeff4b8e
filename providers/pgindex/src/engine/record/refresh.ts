import { observe, readIndex } from "../catalog/indexes";
import type { LiveIndex } from "../catalog/liveIndex";
import { renderDifferences } from "../compare/differences";
import { isStillOurs } from "../compare/identity";
import { differencesSince } from "../compare/recordedForm";
import type { SessionTarget } from "../session/database";
import type { Session } from "../session/session";
import { withObserver } from "../session/workspace";
import { bloatOf } from "./bloat";
import { lossOf } from "./lostIndexes";
import { type IndexOutputs, liveOutputs } from "./outputs";

/**
 * The outputs as they are now; undefined when the index is gone. Read-only: it works on a standby
 * too.
 */
export async function refreshIndex(
  target: SessionTarget,
  old: IndexOutputs,
): Promise<IndexOutputs | undefined> {
  const options = { purpose: `refresh ${old.name}`, writable: false };
  return withObserver(target, options, (observer) => refreshedOutputs(observer, old));
}

/** As {@link refreshIndex}, on a session that is open already; its search_path must be empty. */
export async function refreshedOutputs(
  observer: Session,
  old: IndexOutputs,
): Promise<IndexOutputs | undefined> {
  const live = await findIndex(observer, old);
  if (!live) return undefined;
  // The declared name stays in the outputs: it is what the next update looks for.
  const { schema, name, table } = old;
  const bloatRatio = bloatOf(live, old.bytesPerRow ?? null);
  return {
    ...old,
    ...liveOutputs(live),
    schema,
    name,
    table,
    bloatRatio,
    drift: driftOf(old, live),
  };
}

/**
 * By name; else by OID, for an index that was renamed or moved outside and is still the one that
 * was built.
 */
async function findIndex(observer: Session, old: IndexOutputs): Promise<LiveIndex | undefined> {
  const observed = await observe(observer, old);
  if (observed.kind === "index") return observed.index;
  const byOid = await readIndex(observer, old.oid);
  return byOid && isStillOurs(byOid, old) ? byOid : undefined;
}

/**
 * In what the live index is no longer what was built, compared with the form recorded then; null
 * when it is the same.
 */
function driftOf(old: IndexOutputs, live: LiveIndex): string | null {
  if (live.name !== old.name) return `renamed outside to ${live.name}`;
  if (live.schema !== old.schema) return `moved outside to schema ${live.schema}`;
  if (live.table !== old.table) return `its table is ${live.table} now`;
  const differences = differencesSince(old.canonical, live.canonical);
  if (differences.length > 0) return `redefined outside: ${renderDifferences(differences)}`;
  return lossOf(live);
}

/**
 * Whether the index that was built stands where the declaration now says: its table was renamed, or
 * the schema.
 */
export async function standsElsewhere(
  target: SessionTarget,
  old: IndexOutputs,
  declared: { readonly schema: string; readonly name: string; readonly table: string },
): Promise<boolean> {
  const options = { purpose: `diff ${declared.name}`, writable: false };
  return withObserver(target, options, async (observer) => {
    const observed = await observe(observer, { schema: declared.schema, name: old.name });
    if (observed.kind !== "index" || observed.index.table !== declared.table) return false;
    return differencesSince(old.canonical, observed.index.canonical).length === 0;
  });
}
