import type { DesiredIndex } from "../declare/desiredIndex";
import type { Situation } from "../situation/situation";
import { buildSteps, extraSteps, markSqls, reindex } from "./buildSteps";
import { dropAny, dropStrays, partitionSteps, reindexPartitions } from "./partitionSteps";
import type { Step } from "./step";

/** Drops the swapped-out index first: the next replacement needs its name. */
export function dropRetired({ retired }: Situation): Step[] {
  return retired ? [dropAny(retired, "an interrupted run replaced it but did not drop it")] : [];
}

/** Steps that build the index under `name`, or its missing parts. */
export function makeIndex(
  situation: Situation,
  desired: DesiredIndex,
  name: string,
  why: string,
): Step[] {
  const { mark } = situation;
  if (!situation.partitioned) return buildSteps(desired, name, why, mark);
  const { root, tableOid, partitions } = situation.partitioned;
  if (root.name !== name)
    throw new Error(`the partitions were read for ${root.name}, not for ${name}`);
  const marks = markSqls(desired, name, mark);
  const made = partitionSteps(desired, { ...root, marks }, tableOid, partitions);
  return [...made, ...extraSteps(desired, name, mark)];
}

/** Drops the unattached partition indexes that an interrupted run left behind. */
export function dropAllStrays({ partitioned }: Situation): Step[] {
  return partitioned?.partitions.flatMap((partition) => dropStrays(partition)) ?? [];
}

/** Drops the companions that no step uses, once the declared index exists. */
export function dropUnused({ next, misplaced }: Situation, steps: readonly Step[]): Step[] {
  const used = new Set(steps.flatMap(oidsOf));
  const unused = [
    next && dropAny(next.live, "an interrupted replacement has left it"),
    misplaced && dropAny(misplaced.live, "the declared index exists, and this is its predecessor"),
  ];
  return unused.flatMap((step) =>
    step && !oidsOf(step).some((oid) => used.has(oid)) ? [step] : [],
  );
}

/** The indexes that a step drops, renames or changes. */
function oidsOf(step: Step): number[] {
  if (step.kind === "drop") return [step.index.oid];
  return step.kind === "alter" ? (step.expects ?? []).map(({ oid }) => oid) : [];
}

/** Drops a replacement that an interrupted run began and nobody needs. */
export function dropNext({ next }: Situation): Step[] {
  return next ? [dropAny(next.live, "an interrupted replacement has left it")] : [];
}

/** Steps that build an existing index anew, if it must be. */
export function rebuildSteps(
  { rebuild, partitioned, rebuilt }: Situation,
  desired: DesiredIndex,
): Step[] {
  if (rebuild === undefined) return [];
  if (!partitioned) return [reindex(desired, rebuild)];
  return reindexPartitions(partitioned.partitions, rebuilt ?? new Set(), rebuild);
}
