import { observeAll } from "../catalog/indexes";
import { leftoversOf } from "../catalog/leftovers";
import type { LiveIndex, LiveTable, Observation } from "../catalog/liveIndex";
import { unappliedReason } from "../compare/buildParameters";
import {
  compare,
  differencesOf,
  isAlterable,
  isAlterableOnPartitions,
  type Verdict,
} from "../compare/differences";
import { adoptLiveSpelling } from "../compare/liveSpelling";
import { obstacleRefusal } from "../compare/obstacleRefusal";
import { companionName, companionNames } from "../declare/names";
import type { Declared } from "./declaredForm";
import { findMisplaced, readOwnership } from "./ownIndex";
import { requireOrdinaryTable } from "./partitions/keptTables";
import { withOwnNames } from "./partitions/partitionNames";
import { observePartitions } from "./partitions/partitions";
import { readDetached } from "./partitions/strays";
import { requirePartitionable, requireReplicaIdentity } from "./prerequisites";
import { rebuildReason } from "./rebuildReason";
import type { PreviousIndex, Scope } from "./scope";
import type { Situation } from "./situation";

const ABSENT: Observation = { kind: "absent" };

/** Reads everything in the catalog that affects the declared index. */
export async function readSituation(scope: Scope, asked: Declared): Promise<Situation> {
  const { observer, desired, table, previous } = scope;
  const { columnNames } = asked.kind === "ok" ? asked : {};
  const names = [desired.name, ...companionNames(desired.name)];
  const [observed = ABSENT, ...companions] = await observeAll(observer, desired.schema, names);
  const compared: Compared = { ...(await compareExisting(scope, asked, observed)), columnNames };
  if (compared.verdict.kind !== "same") await requireOrdinaryTable(observer, desired, table);
  const [next, retired] = companions.map((each) => indexOnTable(each, table));
  const misplaced = previous && (await findMisplaced(scope, previous, compared.declared));
  const replaced = previous && replacedIndex(compared.verdict, misplaced);
  await requireReplicaIdentity(observer, desired, replaced);
  const standing = "live" in compared.verdict ? compared.verdict.live : misplaced?.live;
  const ownership = await readOwnership(scope, standing);
  const leftovers = await leftoversOf(observer, table.oid, desired.name);
  return {
    verdict: compared.verdict,
    ...ownership,
    othersPart: othersPart(compared.verdict, previous),
    misplaced,
    next: next && nextOf(next, compared.declared),
    retired,
    rebuild: previous && reasonToRebuild(scope, previous, compared.verdict),
    leftovers: leftovers.filter(({ oid }) => oid !== misplaced?.live.oid),
    partitioned: await readPartitioned(scope, compared, next),
    serverVersion: observer.serverVersion,
  };
}

/** The index that another one is built to replace. */
function replacedIndex(verdict: Verdict, misplaced: Situation["misplaced"]): LiveIndex | undefined {
  if (verdict.kind === "different") return verdict.live;
  return misplaced && !isAlterable(misplaced.differences) ? misplaced.live : undefined;
}

function othersPart(verdict: Verdict, previous: PreviousIndex | undefined): LiveIndex | undefined {
  const live = "live" in verdict ? verdict.live : undefined;
  const isOurs = previous?.schema === live?.schema && previous?.name === live?.name;
  return live?.partOf && !isOurs ? live : undefined;
}

function reasonToRebuild(
  { desired }: Scope,
  previous: PreviousIndex,
  verdict: Verdict,
): string | undefined {
  const live = "live" in verdict ? verdict.live.canonical : undefined;
  return rebuildReason(desired.policy, previous) ?? (live && unappliedReason(live, previous));
}

function nextOf(live: LiveIndex, declared: Declared): NonNullable<Situation["next"]> {
  const isSame =
    declared.kind === "ok" && differencesOf(declared.canonical, live.canonical).length === 0;
  const isUsable = live.valid && live.ready && live.live;
  return { live, isDeclared: isSame && isUsable, isUnfinished: isSame && live.isPartitioned };
}

/**
 * Reads the partitions of a partitioned table, for the declared index or for its replacement.
 * Undefined for any other table.
 */
async function readPartitioned(
  { observer, desired, table }: Scope,
  { verdict, declared, columnNames }: Compared,
  next: LiveIndex | undefined,
): Promise<Situation["partitioned"]> {
  if (table.kind !== "partitioned table") return undefined;
  if (declared.kind !== "ok") throw await obstacleRefusal(observer, desired, declared.obstacle);
  const { schema, name } = desired;
  const isReplaced = "differences" in verdict && !isAlterableOnPartitions(verdict.differences);
  const live = isReplaced ? next : "live" in verdict ? verdict.live : undefined;
  const reuses =
    live && (!isReplaced || differencesOf(declared.canonical, live.canonical).length === 0);
  const root = {
    name: isReplaced ? companionName(name, "next") : name,
    exists: reuses === true,
    isValid: reuses ? live.valid : undefined,
  };
  const entry = reuses ? live : undefined;
  const hasForeign = await requirePartitionable(observer, desired, table, entry);
  const index = { schema, name, oid: reuses ? live.oid : undefined, canonical: declared.canonical };
  const observed = await observePartitions(observer, table.oid, index);
  const named = columnNames && { schema, table: desired.table, name, columnNames };
  return {
    tableOid: table.oid,
    root: { ...root, hasForeign },
    partitions: named ? await withOwnNames(observer, observed, named) : observed,
    detached: await readDetached(observer, index, table.oid),
  };
}

interface Compared {
  readonly verdict: Verdict;
  /** The declaration, spelled like the live index where both mean the same. */
  readonly declared: Declared;
  /** What PostgreSQL calls its columns, where that is known. */
  readonly columnNames?: readonly string[];
}

/**
 * Compares the declaration with the existing index. A declaration that cannot be compared is
 * acceptable only when there is no index to compare it with.
 */
async function compareExisting(
  { observer, desired }: Scope,
  declared: Declared,
  observed: Observation,
): Promise<Compared> {
  if (observed.kind !== "index") return { verdict: observed, declared };
  if (declared.kind !== "ok") throw await obstacleRefusal(observer, desired, declared.obstacle);
  const form = await adoptLiveSpelling(observer, desired, declared.canonical, observed.index);
  if (form.kind !== "ok") throw await obstacleRefusal(observer, desired, form.obstacle);
  return { verdict: compare(desired, form.canonical, observed), declared: form };
}

function indexOnTable(observed: Observation, table: LiveTable): LiveIndex | undefined {
  const isOnTable = observed.kind === "index" && observed.index.tableOid === table.oid;
  return isOnTable ? observed.index : undefined;
}
