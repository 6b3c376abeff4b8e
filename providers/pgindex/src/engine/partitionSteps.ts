import type { DesiredIndex, LiveIndex } from "./model";
import { childName } from "./names";
import type { Partition } from "./partitions";
import { ident, qualified } from "./sql";
import { createIndexStatement } from "./statement";
import { buildSteps, drop, type Step } from "./steps";

const PARENT_LOCK = "SHARE on the partitioned table, for milliseconds: inserts through it wait";
const ATTACH_LOCK =
  "ACCESS EXCLUSIVE on the partition's index, for milliseconds: queries of the partition wait";
const DROP_LOCK =
  "ACCESS EXCLUSIVE on the table and every partition, for milliseconds: everything waits";

/**
 * Builds what is missing of a partitioned index: the parent's entry, each partition's index concurrently, and attaches them from the
 * bottom up; the parent becomes valid with the last one. PostgreSQL cannot build on the parent concurrently.
 *
 * @see https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE
 */
export function partitionSteps(
  desired: DesiredIndex,
  root: { readonly name: string; readonly exists: boolean },
  tableOid: number,
  partitions: readonly Partition[],
): Step[] {
  const names = new Map<number, { schema: string; name: string }>([
    [tableOid, { schema: desired.schema, name: root.name }],
  ]);
  const leaves = partitions.filter((partition) => partition.isLeaf);
  const create = root.exists
    ? []
    : [createOnOnly(desired, desired.schema, desired.table, root.name)];
  const rest = partitions.flatMap((partition) => {
    const own = partition.attached ?? partition.candidate;
    const name = own?.name ?? childName(partition.table, desired);
    names.set(partition.oid, { schema: partition.schema, name });
    const parent = names.get(partition.parentOid);
    if (!parent) throw new Error(`partition ${partition.table} comes before its parent`);
    const position = partition.isLeaf
      ? `partition ${leaves.indexOf(partition) + 1} of ${leaves.length}`
      : "";
    return stepsFor(desired, partition, name, parent, position);
  });
  return [...create, ...rest];
}

function stepsFor(
  desired: DesiredIndex,
  partition: Partition,
  name: string,
  parent: { readonly schema: string; readonly name: string },
  position: string,
): Step[] {
  const strays = partition.strays.map((stray) =>
    on(dropAny(stray, "an interrupted run has left it"), partition, position),
  );
  const here = { ...desired, schema: partition.schema, table: partition.table };
  const attach = attachStep(partition, name, parent);
  if (partition.attached) {
    const isBroken = partition.isLeaf && !partition.attached.valid;
    return isBroken
      ? [...strays, on(rebuild(partition, name), partition, position), attach]
      : strays;
  }
  if (partition.candidate) return [...strays, attach];
  const build = partition.isLeaf
    ? buildSteps({ ...here, comment: undefined }, name, "the partition has none").map((step) =>
        on(step, partition, position),
      )
    : [createOnOnly(here, partition.schema, partition.table, name)];
  return [...strays, ...build, attach];
}

function on(step: Step, partition: Partition, position: string): Step {
  const { schema, table, oid } = partition;
  return { ...step, on: { schema, table, oid }, position };
}

function createOnOnly(desired: DesiredIndex, schema: string, table: string, name: string): Step {
  const sql = createIndexStatement({ ...desired, schema, table, name })
    .replace("INDEX CONCURRENTLY ", "INDEX ")
    .replace(` ON ${qualified(schema, table)} `, ` ON ONLY ${qualified(schema, table)} `);
  return {
    kind: "alter",
    sqls: [sql],
    locks: PARENT_LOCK,
    why: "the partitioned index itself holds no rows and becomes valid with its last partition",
  };
}

function attachStep(
  partition: Partition,
  name: string,
  parent: { readonly schema: string; readonly name: string },
): Step {
  const { schema, table, oid, isLeaf } = partition;
  const sql = `ALTER INDEX ${qualified(parent.schema, parent.name)} ATTACH PARTITION ${qualified(schema, name)}`;
  return {
    kind: "alter",
    sqls: [sql],
    locks: ATTACH_LOCK,
    on: { schema, table, oid },
    // PostgreSQL attaches an INVALID index without a word, and the parent then never becomes valid.
    onlyWithValid: isLeaf ? { schema, name } : undefined,
    why: `the index of ${schema}.${table} is valid`,
  };
}

function rebuild(partition: Partition, name: string): Step {
  return {
    kind: "reindex",
    name,
    sql: `REINDEX INDEX CONCURRENTLY ${qualified(partition.schema, name)}`,
    locks: "SHARE UPDATE EXCLUSIVE on the partition: reads and writes go on",
    why: "it is attached and INVALID",
  };
}

export function dropAny(live: LiveIndex, why: string): Step {
  return live.isPartitioned ? dropPartitioned(live.schema, live.name, why) : drop(live, why);
}

/** PostgreSQL has no concurrent drop of a partitioned index: it is the one step that everybody waits for. */
export function dropPartitioned(
  schema: string,
  name: string,
  why: string,
): Extract<Step, { kind: "alter" }> & { readonly warning: string } {
  return {
    kind: "alter",
    sqls: [`DROP INDEX ${qualified(schema, name)}`],
    locks: DROP_LOCK,
    warning: `PostgreSQL cannot drop the partitioned index ${ident(name)} concurrently: for a moment everything on the table waits; it is tried with a lock timeout of 1 s until nobody is in the way`,
    why,
  };
}
