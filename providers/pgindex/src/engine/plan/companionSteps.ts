import type { LiveIndex } from "../catalog/liveIndex";
import type { DesiredIndex } from "../declare/desiredIndex";
import type { Partition } from "../situation/partitions/partitions";
import type { Situation } from "../situation/situation";
import { buildSteps, dropAny, extraSteps, markSqls } from "./buildSteps";
import { stepsBesideForeign } from "./partitions/foreignSteps";
import { dropStrays, partitionSteps } from "./partitions/partitionSteps";
import { movedIndexes, type Step } from "./step";

/** The first `server_version_num` that looks again at a parent when an attached index is attached. */
const LOOKS_AGAIN = 140000;

/**
 * Steps that complete the partitioned index `name`, which is INVALID. It is built anew where nothing
 * can make PostgreSQL look whether it is complete; nothing could use it.
 */
export function finishIndex(
  situation: Situation,
  desired: DesiredIndex,
  live: LiveIndex,
  name: string,
): Step[] {
  const { partitioned } = situation;
  if (!partitioned || !isStuck(situation))
    return makeIndex(situation, desired, name, "partitions are missing");
  const why = "PostgreSQL does not see that it is complete without a detached partition";
  const root = { name, exists: false };
  const parts = partitioned.partitions.flatMap(({ candidate }) => candidate ?? []);
  const partitions = partitioned.partitions.map((partition) => ({
    ...partition,
    attached: undefined,
    candidate: undefined,
  }));
  const anew = { ...situation, partitioned: { ...partitioned, root, partitions } };
  return [
    ...[...parts, live].map((index) => dropAny(index, why)),
    ...makeIndex(anew, desired, name, why),
  ];
}

/**
 * Whether an INVALID partitioned index lacks nothing and stays INVALID: attaching makes PostgreSQL
 * look, and there is nothing to attach. From 14 on, what is attached can be attached again.
 */
export function isStuck({ partitioned, serverVersion }: Situation): boolean {
  if (!partitioned?.partitions.every(isDone)) return false;
  return serverVersion < LOOKS_AGAIN || partitioned.partitions.length === 0;
}

/** Whether nothing can be attached here any more. */
function isDone({ isLeaf, attached, candidate }: Partition): boolean {
  return isLeaf ? attached?.valid === true : !candidate?.valid;
}

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
  const marked = { ...root, marks };
  const made =
    root.hasForeign && !root.exists
      ? stepsBesideForeign(desired, marked, partitions)
      : partitionSteps(desired, marked, tableOid, partitions);
  return [...made, ...extraSteps(desired, name, mark)];
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

/** Drops the companions that no step uses, once the declared index exists. */
export function dropUnused({ next, misplaced }: Situation, steps: readonly Step[]): Step[] {
  const used = new Set(steps.flatMap(movedIndexes));
  const predecessor = "the declared index exists, and this is its predecessor";
  return [
    ...(next && !used.has(next.live.oid) ? dropNext({ next }) : []),
    ...(misplaced && !used.has(misplaced.live.oid) ? [dropAny(misplaced.live, predecessor)] : []),
  ];
}

/** Drops a replacement that an interrupted run began and nobody needs. */
export function dropNext({ next }: Pick<Situation, "next">): Step[] {
  return next ? [dropAny(next.live, "an interrupted replacement has left it")] : [];
}
