import type { LiveIndex } from "../catalog/liveIndex";
import { buildReason, onlyBuildApplies } from "../compare/buildParameters";
import type { DesiredIndex } from "../declare/desiredIndex";
import type { Situation } from "../situation/situation";
import { alterSteps, markStep, type StandingIndex } from "./alterSteps";
import { reindex } from "./buildSteps";
import { reindexPartitions } from "./partitions/partitionSteps";
import type { Step } from "./step";

/** The steps of an index that stands as declared: its mark, if it lacks one, and a rebuild. */
export function adoptOrRebuild(
  situation: Situation,
  desired: DesiredIndex,
  live: LiveIndex,
): Step[] {
  const { missingMark, rebuild } = situation;
  const marks = missingMark ? [markStep(desired, live, missingMark)] : [];
  if (rebuild !== undefined) return [...marks, ...rebuildSteps(situation, desired, rebuild)];
  return [{ kind: "adopt", why: "a valid index with this definition already exists" }, ...marks];
}

/** Steps that alter an index in place, and build it anew where that is not enough. */
export function alterAndRebuild(
  situation: Situation,
  desired: DesiredIndex,
  standing: StandingIndex,
): Step[] {
  const altered = alterSteps(desired, standing, situation.missingMark);
  const isRebuilt = altered.some(({ kind }) => kind === "reindex");
  const rebuild = situation.rebuild ?? unappliedOf(standing);
  if (rebuild === undefined || isRebuilt) return altered;
  return [...altered, ...rebuildSteps(situation, desired, rebuild)];
}

function rebuildSteps(
  { partitioned, rebuilt }: Situation,
  desired: DesiredIndex,
  rebuild: string,
): Step[] {
  if (!partitioned) return [reindex(desired, rebuild)];
  return reindexPartitions(partitioned.partitions, rebuilt ?? new Set(), rebuild);
}

/** Why setting the parameters is not enough. */
function unappliedOf({ live, differences }: StandingIndex): string | undefined {
  const parameters = differences.flatMap((difference) =>
    difference.field === "storageParameters"
      ? onlyBuildApplies(live.canonical.accessMethod, difference.declared, difference.live)
      : [],
  );
  return buildReason(parameters);
}
