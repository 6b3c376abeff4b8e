import type { DesiredIndex } from "../../declare/desiredIndex";
import { childName } from "../../declare/names";
import { createParentStatement } from "../../declare/statement";
import type { Partition } from "../../situation/partitions/partitions";
import type { Step } from "../step";
import { makeSteps, type PartitionedRoot, renameSql } from "./partitionSteps";

/**
 * Beside foreign partitions, which have no index to attach: builds those of the local ones, and then
 * the partitioned index in the way that takes them over. It passes over foreign tables.
 */
export function stepsBesideForeign(
  desired: DesiredIndex,
  root: PartitionedRoot,
  partitions: readonly Partition[],
): Step[] {
  const leaves = partitions.filter(({ isLeaf }) => isLeaf);
  const made = leaves.map((partition, i) => {
    const name = partition.candidate?.name ?? childName(partition.table, desired);
    const position = `partition ${i + 1} of ${leaves.length}`;
    return { partition, name, steps: makeSteps(desired, partition, name, position) };
  });
  const renamed = made.flatMap(({ partition: { schema, ownName }, name }) =>
    ownName === undefined ? [] : [renameSql(schema, name, ownName)],
  );
  const create = createParentStatement({ ...desired, name: root.name }, true);
  return [
    ...made.flatMap(({ steps }) => steps),
    {
      kind: "alter",
      // A renamed index cannot be dropped any more: nothing is left to build under the lock.
      sqls: [...renamed, create, ...(root.marks ?? [])],
      locks: "SHARE on the table and all its partitions, for milliseconds: writes wait",
      stops: { mode: "SHARE", on: "partitions" },
      onlyWithValid: made.map(({ partition: { schema }, name }) => ({ schema, name })),
      why: "it takes over the indexes of its partitions, and passes over foreign tables",
    },
  ];
}
