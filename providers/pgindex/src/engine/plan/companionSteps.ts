import type { DesiredIndex } from "../declare/desiredIndex";
import type { Situation } from "../situation/situation";
import { buildSteps, extraSteps } from "./buildSteps";
import { dropAny, dropStrays, partitionSteps } from "./partitionSteps";
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
  if (!situation.partitioned) return buildSteps(desired, name, why);
  const { root, tableOid, partitions } = situation.partitioned;
  if (root.name !== name)
    throw new Error(`the partitions were read for ${root.name}, not for ${name}`);
  return [...partitionSteps(desired, root, tableOid, partitions), ...extraSteps(desired, name)];
}

/** Drops what interrupted runs left on tables that were partitions then. */
export function dropDetached({ partitioned }: Situation): Step[] {
  return (partitioned?.detached ?? []).map((live) => {
    const { schema, table, tableOid: oid } = live;
    const why = "an interrupted run left it INVALID on a partition that was detached since";
    return { ...dropAny(live, why), on: { schema, table, oid } };
  });
}

/** Drops the unattached partition indexes that an interrupted run left behind. */
export function dropAllStrays({ partitioned }: Situation): Step[] {
  return partitioned?.partitions.flatMap((partition) => dropStrays(partition)) ?? [];
}

/** Drops the companions that are no longer needed once the declared index exists. */
export function dropSuperseded({ next, misplaced }: Situation): Step[] {
  return [
    ...(next ? [dropAny(next.live, "an interrupted replacement has left it")] : []),
    ...(misplaced
      ? [dropAny(misplaced, "the declared index exists, and this is its predecessor")]
      : []),
  ];
}
