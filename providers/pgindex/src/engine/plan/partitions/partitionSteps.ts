import type { DesiredIndex } from "../../declare/desiredIndex";
import { childName } from "../../declare/names";
import { createParentStatement } from "../../declare/statement";
import type { Partition } from "../../situation/partitions/partitions";
import { ident, qualified } from "../../text/sql";
import { buildSteps, dropAny } from "../buildSteps";
import type { Step } from "../step";

const PARENT_LOCK = "SHARE on the partitioned table, for milliseconds: inserts through it wait";
const ATTACH_LOCK =
  "ACCESS EXCLUSIVE on the partition's index, for milliseconds: queries of the partition wait";

/** The partitioned index itself. */
export interface PartitionedRoot {
  readonly name: string;
  readonly exists: boolean;
  /** False while it awaits a partition's index. */
  readonly isValid?: boolean;
  /** Statements that mark it when it is created. */
  readonly marks?: readonly string[];
}

/**
 * Steps that complete a partitioned index: create the parent, build each partition's index
 * concurrently, and attach them from the bottom up. The parent becomes valid with the last one.
 * PostgreSQL cannot build on the parent concurrently.
 *
 * The order is bottom-up because attaching the last partition of an already attached index makes
 * PostgreSQL validate the index above too. That takes ACCESS EXCLUSIVE on the table above, in an
 * order that deadlocks with an INSERT (validatePartitionedIndex in tablecmds.c).
 *
 * @see https://www.postgresql.org/docs/current/ddl-partitioning.html (Partition Maintenance)
 */
export function partitionSteps(
  desired: DesiredIndex,
  root: PartitionedRoot,
  tableOid: number,
  partitions: readonly Partition[],
): Step[] {
  const { schema } = desired;
  const below = new Map<number, Partition[]>();
  for (const partition of partitions)
    below.set(partition.parentOid, [...(below.get(partition.parentOid) ?? []), partition]);
  const leaves = partitions.filter((partition) => partition.isLeaf).length;
  let leaf = 0;
  const stepsBelow = (oid: number, parent: IndexName): Step[] =>
    (below.get(oid) ?? []).flatMap((partition) => {
      if (partition.isLeaf) leaf += 1;
      const position = partition.isLeaf ? `partition ${leaf} of ${leaves}` : "";
      const own = partition.attached ?? partition.candidate;
      const name = own?.name ?? childName(partition.table, desired);
      return [
        ...makeSteps(desired, partition, name, position),
        ...stepsBelow(partition.oid, { schema: partition.schema, name }),
        ...(own?.valid === false
          ? completeSteps(below.get(partition.oid), { schema: partition.schema, name })
          : []),
        ...attachSteps(partition, name, parent),
      ];
    });
  const create = root.exists ? [] : [createParent({ ...desired, name: root.name }, root.marks)];
  const parent = { schema, name: root.name };
  const steps = [...create, ...stepsBelow(tableOid, parent)];
  const isComplete = root.isValid !== false || steps.some((step) => "onlyWithValid" in step);
  if (isComplete) return steps;
  return [...steps, ...completeSteps(below.get(tableOid), parent)];
}

/**
 * Makes PostgreSQL see that an INVALID index lacks nothing any more: the partition that it waited
 * for was detached or dropped. Attaching an attached index again makes it look.
 */
function completeSteps(partitions: readonly Partition[] = [], parent: IndexName): Step[] {
  const last = partitions.at(-1);
  if (!last?.attached || partitions.some(({ attached }) => !attached?.valid)) return [];
  return [attachStep(last, last.attached.name, parent)];
}

interface IndexName {
  readonly schema: string;
  readonly name: string;
}

/** Whether a leaf partition's attached index is INVALID. A parent may just await its partitions. */
function isBroken({ isLeaf, attached }: Partition): boolean {
  return isLeaf && attached !== undefined && !attached.valid;
}

/** Steps that make the index of one partition. */
export function makeSteps(
  desired: DesiredIndex,
  partition: Partition,
  name: string,
  position: string,
): Step[] {
  const { schema, table } = partition;
  const strays = dropStrays(partition, position);
  if (isBroken(partition))
    return [
      ...strays,
      on(rebuild(partition, name, "it is attached and INVALID"), partition, position),
    ];
  if (partition.attached ?? partition.candidate) return strays;
  const here = { ...desired, schema, table };
  if (!partition.isLeaf) {
    const created = { ...createParent({ ...here, name }), creates: { schema, name } };
    return [...strays, on(created, partition)];
  }
  const build = buildSteps({ ...here, comment: undefined }, name, "the partition has no index");
  return [...strays, ...build.map((step) => on(step, partition, position))];
}

/** Steps that drop what interrupted runs left on a partition. */
export function dropStrays(partition: Partition, position?: string): Step[] {
  return partition.strays.map((stray) =>
    on(dropAny(stray, "an interrupted run left it behind"), partition, position),
  );
}

/**
 * Steps that rebuild a partitioned index partition by partition, except those in `rebuilt`.
 * PostgreSQL 13 cannot REINDEX a partitioned index CONCURRENTLY, and later versions start over
 * after an interruption.
 */
export function reindexPartitions(
  partitions: readonly Partition[],
  rebuilt: ReadonlySet<number>,
  why: string,
): Step[] {
  const leaves = partitions.filter((partition) => partition.isLeaf);
  return leaves.flatMap((partition, i) => {
    const { attached, oid } = partition;
    if (!attached || rebuilt.has(oid)) return [];
    const position = `partition ${i + 1} of ${leaves.length}`;
    return [on(rebuild(partition, attached.name, why), partition, position)];
  });
}

/** A repaired index is attached again, so that PostgreSQL checks whether the parent is complete. */
function attachSteps(partition: Partition, name: string, parent: IndexName): Step[] {
  if (partition.attached && !isBroken(partition)) return [];
  return [attachStep(partition, name, parent)];
}

function on(step: Step, partition: Partition, position?: string): Step {
  const { schema, table, oid } = partition;
  return { ...step, on: { schema, table, oid }, position };
}

function createParent(
  desired: DesiredIndex,
  marks: readonly string[] = [],
): Extract<Step, { kind: "alter" }> {
  return {
    kind: "alter",
    sqls: [createParentStatement(desired), ...marks],
    locks: PARENT_LOCK,
    stops: { mode: "SHARE", on: "table" },
    why: "the partitioned index itself holds no rows and becomes valid with its last partition",
  };
}

export function renameSql(schema: string, name: string, to: string): string {
  return `ALTER INDEX ${qualified(schema, name)} RENAME TO ${ident(to)}`;
}

/** An index that we have built gets PostgreSQL's own name once nobody has to know it by ours. */
function attachStep(partition: Partition, name: string, parent: IndexName): Step {
  const { schema, table, oid, ownName } = partition;
  const parentIndex = qualified(parent.schema, parent.name);
  const index = qualified(schema, name);
  return {
    kind: "alter",
    sqls: [
      `ALTER INDEX ${parentIndex} ATTACH PARTITION ${index}`,
      ...(ownName === undefined ? [] : [renameSql(schema, name, ownName)]),
    ],
    locks: ATTACH_LOCK,
    stops: { mode: "ACCESS EXCLUSIVE", on: { schema, name } },
    on: { schema, table, oid },
    // PostgreSQL attaches an INVALID index without an error, and the parent never becomes valid.
    onlyWithValid: [{ schema, name }],
    why: `the index of ${schema}.${table} is valid`,
  };
}

function rebuild(partition: Partition, name: string, why: string): Step {
  return {
    kind: "reindex",
    name,
    sql: `REINDEX INDEX CONCURRENTLY ${qualified(partition.schema, name)}`,
    locks: "SHARE UPDATE EXCLUSIVE on the partition: reads and writes go on",
    why,
  };
}
