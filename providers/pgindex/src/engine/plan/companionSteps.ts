import type { DesiredIndex } from "../declare/desiredIndex";
import type { Situation } from "../situation/situation";
import { buildSteps, extraSteps } from "./buildSteps";
import { dropAny, dropStrays, partitionSteps } from "./partitionSteps";
import type { Step } from "./step";

/**
 * What was swapped out goes first: its name is needed again when the index is replaced once more.
 */
export function dropRetired({ retired }: Situation): Step[] {
  return retired ? [dropAny(retired, "an interrupted run has replaced it and not dropped it")] : [];
}

/** Makes the index under `name`, or what is missing of it. */
export function makeIndex(
  situation: Situation,
  desired: DesiredIndex,
  name: string,
  why: string,
): Step[] {
  if (!situation.partitioned) return buildSteps(desired, name, why);
  const { root, tableOid, partitions } = situation.partitioned;
  if (root.name !== name)
    throw new Error(`the partitions were looked at for ${root.name}, not for ${name}`);
  return [...partitionSteps(desired, root, tableOid, partitions), ...extraSteps(desired, name)];
}

/** Partitions' indexes that an interrupted run has left, attached to nothing. */
export function dropAllStrays({ partitioned }: Situation): Step[] {
  return partitioned?.partitions.flatMap((partition) => dropStrays(partition)) ?? [];
}

/** What stands aside and has become superfluous since the declared index stands. */
export function dropSuperseded({ next, misplaced }: Situation): Step[] {
  return [
    ...(next ? [dropAny(next.live, "an interrupted replacement has left it")] : []),
    ...(misplaced
      ? [dropAny(misplaced, "the declared index stands, and this was its earlier self")]
      : []),
  ];
}
