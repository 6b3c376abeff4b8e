import { setTimeout as delay } from "node:timers/promises";
import { readPartitionTree } from "../catalog/indexTree";
import {
  allLocks,
  type LockHolder,
  locksOn,
  snapshotHolders,
} from "../catalog/sessions/openTransactions";
import {
  BUILD_CONFLICTS,
  isYieldingAutovacuum,
  type OtherSession,
} from "../catalog/sessions/otherSessions";
import type { Hazard } from "../hazards/hazard";
import type { Step } from "../plan/step";
import type { Session } from "../session/session";
import { everything } from "../session/sharedReads";
import type { InTheWay } from "./inTheWay";
import { waitHazard } from "./waitMessages";

/** A transaction that ends sooner is in nobody's way. */
const BETWEEN_LOOKS_MS = 1_000;

/** What those see who share a session is something else a moment later. */
const OLDEST_MS = 5_000;

/**
 * Who a plan will have to wait for: open transactions that were there a second ago already. Since
 * when others are in their transaction is hidden from some roles, so everybody looks twice.
 * Read-only; nobody queues behind a look.
 */
export async function foreseeWaits(
  session: Session,
  steps: readonly Step[],
  tableOid: number,
  waitForMs: number,
): Promise<Hazard[]> {
  const tables = await withPartitions(session, tablesOf(steps, tableOid));
  if ([...tables.built, ...tables.cleared].length === 0) return [];
  const shared = await everything(session, seeAllTwice, OLDEST_MS);
  const first = inTheWay(shared?.first ?? (await see(session, tables)), tables);
  if (first.length === 0) return [];
  if (!shared) await delay(BETWEEN_LOOKS_MS);
  const before = new Set(first.map(({ other }) => transactionOf(other)));
  const now = inTheWay(shared?.second ?? (await see(session, tables)), tables);
  const still = now.filter(({ other }) => before.has(transactionOf(other)));
  return still.map((each) => waitHazard(each, dropped(steps), waitForMs));
}

/** Who has locks on tables, and who has a snapshot. */
interface Seen {
  readonly holders: readonly LockHolder[];
  readonly snapshots: readonly OtherSession[];
}

async function see(session: Session, { built, cleared }: Tables): Promise<Seen> {
  const holders = await locksOn(session, [...built, ...cleared]);
  return { holders, snapshots: built.size > 0 ? await snapshotHolders(session) : [] };
}

/** Both looks, at every table, for many who ask: nobody waits for the second one by himself. */
async function seeAllTwice(session: Session): Promise<{ first: Seen; second: Seen }> {
  const seeAll = async () => ({
    holders: await allLocks(session),
    snapshots: await snapshotHolders(session),
  });
  const first = await seeAll();
  if (first.holders.length + first.snapshots.length === 0) return { first, second: first };
  await delay(BETWEEN_LOOKS_MS);
  return { first, second: await seeAll() };
}

function transactionOf({ pid, gid, virtualTransaction }: OtherSession): string {
  return JSON.stringify([pid, gid, virtualTransaction]);
}

/** OIDs of tables. */
interface Tables {
  /** Those that a plan builds on, or takes from writers for a moment. */
  readonly built: ReadonlySet<number>;
  /** Those that nobody may have touched. */
  readonly cleared: ReadonlySet<number>;
  /** Partitioned ones of which that holds for every partition. */
  readonly trees: ReadonlySet<number>;
}

function tablesOf(steps: readonly Step[], tableOid: number): Tables {
  const built = new Set<number>();
  const cleared = new Set<number>();
  const trees = new Set<number>();
  for (const step of steps) {
    const on = step.on?.oid ?? tableOid;
    if (step.kind === "build" || step.kind === "reindex") built.add(on);
    // The old index goes when nobody uses it any longer.
    if (step.kind === "reindex") cleared.add(on);
    if (step.kind === "drop") cleared.add(step.index.tableOid);
    const stops = step.kind === "alter" ? step.stops : undefined;
    // The lock of one index is asked for in short tries, and seldom waits for long.
    if (stops && typeof stops.on === "string") {
      if (stops.mode === "SHARE") built.add(on);
      else cleared.add(on);
      if (stops.on === "partitions") trees.add(on);
    }
  }
  return { built, cleared, trees };
}

async function withPartitions(session: Session, tables: Tables): Promise<Tables> {
  const cleared = new Set(tables.cleared);
  for (const oid of tables.trees)
    for (const partition of await readPartitionTree(session, oid)) cleared.add(partition.oid);
  return { ...tables, cleared };
}

/** The indexes that a plan drops, as they are called now. */
function dropped(steps: readonly Step[]): string[] {
  return steps.flatMap((step) =>
    step.kind === "drop" ? [`${step.index.schema}.${step.index.name}`] : [],
  );
}

/** Each transaction once, with what waits for it first. */
function inTheWay(seen: Seen, tables: Tables): InTheWay[] {
  const { built, cleared } = tables;
  const holders = seen.holders.filter(
    ({ tableOid }) => built.has(tableOid) || cleared.has(tableOid),
  );
  const snapshots = tables.built.size > 0 ? seen.snapshots : [];
  const all: InTheWay[] = [
    ...holders.filter(keepsFromBeginning).map((other) => ({ other, waiting: "begin" }) as const),
    ...holders
      .filter((other) => tables.built.has(other.tableOid) && isWriter(other))
      .map((other) => ({ other, waiting: "build" }) as const),
    ...holders
      .filter((other) => tables.cleared.has(other.tableOid) && other.isGranted)
      .map((other) => ({ other, waiting: "drop" }) as const),
    ...snapshots.map((other) => ({ other, waiting: "snapshots" }) as const),
  ];
  const first = new Map<string, InTheWay>();
  for (const each of all) {
    const key = transactionOf(each.other);
    if (!first.has(key)) first.set(key, each);
  }
  return [...first.values()].filter(({ other }) => !isYieldingAutovacuum(other));
}

function keepsFromBeginning({ mode }: LockHolder): boolean {
  return BUILD_CONFLICTS.includes(mode);
}

/** Of the locks that a build waits for, the only one that lets it begin. */
function isWriter({ mode, isGranted }: LockHolder): boolean {
  return isGranted && mode === "RowExclusiveLock";
}
