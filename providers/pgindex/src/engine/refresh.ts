import { observe } from "./catalog";
import { differencesOf, renderDifferences } from "./compare";
import type { LiveIndex } from "./model";
import { type IndexOutputs, liveOutputs } from "./outputs";
import type { Target } from "./target";
import { withObserver } from "./workspace";

/** The outputs as they are now; undefined when the index is gone. Read-only: it works on a standby too. */
export async function refreshIndex(
  target: Target,
  old: IndexOutputs,
): Promise<IndexOutputs | undefined> {
  return withObserver(
    target,
    { purpose: `refresh ${old.name}`, writable: false },
    async (observer) => {
      const observed = await observe(observer, old);
      if (observed.kind !== "index") return undefined;
      return { ...old, ...liveOutputs(observed.index), drift: driftOf(old, observed.index) };
    },
  );
}

/** In what the live index is no longer what was built, compared with the form recorded then; null when it is the same. */
function driftOf(old: IndexOutputs, live: LiveIndex): string | null {
  if (live.table !== old.table) return `it is on table ${live.table} now`;
  const differences = differencesOf(old.canonical, live.canonical, true);
  if (differences.length > 0) return `redefined outside: ${renderDifferences(differences)}`;
  if (!live.live) return "half dropped: an interrupted DROP INDEX CONCURRENTLY has disabled it";
  if (!live.valid || !live.ready) return "INVALID: queries do not use it, writes pay for it";
  return null;
}
