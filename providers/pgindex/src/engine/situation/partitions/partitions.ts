import { readIndexes } from "../../catalog/indexes";
import { readAttachments, readPartitionTree } from "../../catalog/indexTree";
import type { LiveIndex } from "../../catalog/liveIndex";
import { type Difference, differencesOf } from "../../compare/differences";
import { type CanonicalIndex, INDEX_FIELDS } from "../../declare/indexFields";
import { isChildName, isReindexLeftoverName } from "../../declare/names";
import type { Session } from "../../session/session";

/** A partition at any depth, with its own indexes that belong to a partitioned index. */
export interface Partition {
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  readonly parentOid: number;
  /** False when the partition is itself partitioned. */
  readonly isLeaf: boolean;
  /** The partition's index that is attached to the parent's index. */
  readonly attached?: LiveIndex;
  /**
   * A valid, unattached index with the declared definition. It can be attached instead of building
   * a new one.
   */
  readonly candidate?: LiveIndex;
  /** The name that PostgreSQL would give to its new index; undefined where none gets it. */
  readonly ownName?: string;
  /**
   * Unattached leftovers of interrupted runs, including those of REINDEX CONCURRENTLY. The
   * candidate is not among them.
   */
  readonly strays: readonly LiveIndex[];
}

/** The partitioned index whose partitions are read. */
export interface PartitionedIndex {
  readonly schema: string;
  /** The declared name. */
  readonly name: string;
  /** OID of the partitioned index itself; undefined when it does not exist yet. */
  readonly oid?: number;
  readonly canonical: CanonicalIndex;
}

/** Reads each partition's part of the index: attached, attachable or left over. Read-only. */
export async function observePartitions(
  session: Session,
  tableOid: number,
  index: PartitionedIndex,
): Promise<Partition[]> {
  const tree = (await readPartitionTree(session, tableOid)).filter(({ isForeign }) => !isForeign);
  const attachments = await readAttachments(
    session,
    tree.map((row) => row.oid),
  );
  const lives = new Map(
    (
      await readIndexes(
        session,
        attachments.map((a) => a.oid),
      )
    ).map((live) => [live.oid, live]),
  );
  const indexOn = new Map<number, number | undefined>([[tableOid, index.oid]]);
  return tree.map((row) => {
    const parentIndexOid = indexOn.get(row.parentOid);
    const here = attachments.filter((attachment) => attachment.tableOid === row.oid);
    const own = here.find(
      (a) => parentIndexOid !== undefined && a.parentIndexOid === parentIndexOid,
    );
    const free = here
      .filter((a) => a.parentIndexOid === null)
      .flatMap((a) => lives.get(a.oid) ?? []);
    const found = ownIndexes(own && lives.get(own.oid), free, index);
    indexOn.set(row.oid, own?.oid ?? found.candidate?.oid);
    return { ...row, ...found };
  });
}

function ownIndexes(
  attached: LiveIndex | undefined,
  free: readonly LiveIndex[],
  index: PartitionedIndex,
): Pick<Partition, "attached" | "candidate" | "strays"> {
  const candidate = attached ? undefined : free.find((live) => isUsable(live, index));
  const own = attached ?? candidate;
  const isStray = (live: LiveIndex) =>
    isChildName(live.name, index) || (own !== undefined && isLeftoverOf(own, live));
  const strays = free.filter((live) => live !== candidate && isStray(live));
  return { attached, candidate, strays };
}

export function isLeftoverOf({ name }: LiveIndex, live: LiveIndex): boolean {
  return !live.valid && isReindexLeftoverName(live.name, name);
}

/** Whether the field belongs to the partitioned index only, not to its partitions' indexes. */
function isOfTheRoot({ field }: Difference): boolean {
  return INDEX_FIELDS[field].scope === "root";
}

/** An unfinished partitioned index is usable too: its own partitions will make it valid. */
function isUsable(live: LiveIndex, { canonical }: PartitionedIndex): boolean {
  const isSound = live.isPartitioned || (live.valid && live.ready && live.live);
  const differences = differencesOf(canonical, live.canonical);
  return isSound && !live.constraint && differences.every(isOfTheRoot);
}
