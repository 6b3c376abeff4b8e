import { buildReason, onlyBuildApplies } from "../compare/buildParameters";
import type { Verdict } from "../compare/differences";
import type { DesiredIndex } from "../declare/desiredIndex";
import type { Situation } from "../situation/situation";
import { reindex } from "./buildSteps";
import { reindexPartitions } from "./partitionSteps";
import type { Step } from "./step";

/** The step of an index that stands as declared: none, or a rebuild. */
export function adoptOrRebuild(situation: Situation, desired: DesiredIndex): Step[] {
  const { rebuild } = situation;
  return rebuild === undefined
    ? [{ kind: "adopt", why: "a valid index with this definition already exists" }]
    : rebuildSteps(situation, desired, rebuild);
}

export function rebuildSteps(
  { partitioned, rebuilt }: Situation,
  desired: DesiredIndex,
  rebuild: string,
): Step[] {
  if (!partitioned) return [reindex(desired, rebuild)];
  return reindexPartitions(partitioned.partitions, rebuilt ?? new Set(), rebuild);
}

/** Why setting the parameters is not enough. */
export function unappliedOf({
  live,
  differences,
}: Extract<Verdict, { kind: "different" | "alterable" | "invalid" }>): string | undefined {
  const parameters = differences.flatMap((difference) =>
    difference.field === "storageParameters"
      ? onlyBuildApplies(live.canonical.accessMethod, difference.declared, difference.live)
      : [],
  );
  return buildReason(parameters);
}
