import { readStaleCollations, staleCollationWarnings } from "../catalog/collations";
import { findMarkedIndexes, observe, readIndex } from "../catalog/indexes";
import type { LiveIndex } from "../catalog/liveIndex";
import { renderDifferences } from "../compare/differences";
import { isStillOurs, isStranger } from "../compare/identity";
import { differencesSince } from "../compare/recordedForm";
import { withLook } from "../look/withLook";
import type { SessionTarget } from "../session/database";
import { isSameDatabase, readDatabaseIdentity } from "../session/databaseIdentity";
import type { Session } from "../session/session";
import { withObserver } from "../session/workspace";
import { otherDatabaseWarning } from "../situation/otherDatabase";
import { bloatOf } from "./bloat";
import { lossOf, movedText, renamedText } from "./indexLoss";
import { type IndexOutputs, liveOutputs } from "./outputs";
import { validSinceOf } from "./validSince";

/**
 * Reads the current outputs; undefined if the index is gone. Read-only, so it also works on a
 * standby. `warn` hears what is no drift, and has to be looked at.
 */
export async function refreshIndex(
  database: SessionTarget,
  old: IndexOutputs,
  warn?: (warning: string) => void,
): Promise<IndexOutputs | undefined> {
  const options = { purpose: `refresh ${old.name}`, writable: false, mayBeShared: true };
  const { found, warnings } = await withLook(database, options, async (observer) => {
    const found = await refreshedOutputs(observer, old);
    const stale = found && warn ? await readStaleCollations(observer, found.oid) : [];
    return { found, warnings: found ? staleCollationWarnings(stale, found) : [] };
  });
  for (const warning of warnings) warn?.(`${old.schema}.${old.name}: ${warning}`);
  return found;
}

/** Like {@link refreshIndex}, on an open session, whose search_path must be empty. */
export async function refreshedOutputs(
  observer: Session,
  old: IndexOutputs,
): Promise<IndexOutputs | undefined> {
  const here = await readDatabaseIdentity(observer);
  if (old.database && !isSameDatabase(old.database, here))
    return { ...old, drift: otherDatabaseWarning(old.database, here) };
  const live = await findIndex(observer, old);
  if (!live) return undefined;
  // States of older releases have no database: the same OID is as good as its name.
  const database = old.database ?? (live.oid === old.oid ? here : undefined);
  // The outputs keep the declared name, because the next update searches for it.
  const { schema, name, table } = old;
  const bloatRatio = bloatOf(live, old.bytesPerRow ?? null);
  const validSince = await validSinceOf(observer, old, live);
  return {
    ...old,
    ...liveOutputs(live),
    schema,
    name,
    table,
    ...(database && { database }),
    bloatRatio,
    validSince,
    drift: driftOf(old, live),
  };
}

/**
 * Finds the index by its name; otherwise, if it was renamed or moved outside Pulumi, by its mark or
 * its OID.
 */
async function findIndex(observer: Session, old: IndexOutputs): Promise<LiveIndex | undefined> {
  const observed = await observe(observer, old);
  if (observed.kind === "index") return observed.index;
  const [marked] = old.ownerId ? await findMarkedIndexes(observer, old.ownerId) : [];
  if (marked) return marked;
  const byOid = await readIndex(observer, old.oid);
  return byOid && isStillOurs(byOid, old) ? byOid : undefined;
}

/** How the live index differs from the form recorded at its build; null if it is the same. */
function driftOf(old: IndexOutputs, live: LiveIndex): string | null {
  if (live.name !== old.name) return renamedText(live);
  if (live.schema !== old.schema) return movedText(live);
  if (live.table !== old.table) return `its table is now ${live.table}`;
  if (live.mark && live.mark.id !== old.ownerId) return `it now belongs to ${live.mark.label}`;
  const differences = differencesSince(old.canonical, live.canonical);
  if (differences.length > 0) return `redefined outside: ${renderDifferences(differences)}`;
  return lossOf(live) ?? (isStranger(live, old) ? "somebody has built it anew outside" : null);
}

/**
 * Whether the index we built is already where the declaration now places it, because its table or
 * schema was renamed.
 */
export async function isAtDeclaredPlace(
  database: SessionTarget,
  old: IndexOutputs,
  declared: { readonly schema: string; readonly name: string; readonly table: string },
): Promise<boolean> {
  const options = { purpose: `diff ${declared.name}`, writable: false };
  return withObserver(database, options, async (observer) => {
    const observed = await observe(observer, { schema: declared.schema, name: old.name });
    if (observed.kind !== "index" || observed.index.table !== declared.table) return false;
    return differencesSince(old.canonical, observed.index.canonical).length === 0;
  });
}
