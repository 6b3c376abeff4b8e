import { observe, readIndex } from "../catalog/indexes";
import type { LiveIndex } from "../catalog/liveIndex";
import { readPrivileges } from "../catalog/privileges";
import { reindexLeftoversOf } from "../catalog/reindexLeftovers";
import { type IndexIdentity, isStillOurs } from "../compare/identity";
import { differencesSince } from "../compare/recordedForm";
import { companionName, companionNames } from "../declare/names";
import { PgIndexError } from "../errors/advice";
import type { Session } from "../session/session";
import { readStrays } from "../situation/partitions";
import {
  constraintAdvice,
  differsReason,
  notOursAdvice,
  notOwnerAdvice,
  partAdvice,
  referencedAdvice,
  replicaIdentityAdvice,
} from "./dropMessages";

/**
 * Finds everything this stack owns of the index: the index itself and what an interrupted
 * replacement left behind.
 */
export async function findOwnIndexes(
  observer: Session,
  identity: IndexIdentity,
): Promise<LiveIndex[]> {
  const { schema, name, oid } = identity;
  const observed = await observe(observer, { schema, name });
  const byOid =
    observed.kind === "absent" && oid !== undefined ? await readIndex(observer, oid) : undefined;
  const own =
    observed.kind === "index"
      ? observed.index
      : byOid && isStillOurs(byOid, identity)
        ? byOid
        : undefined;
  // After an interrupted rename, the index already has its new name.
  const names = new Set([name, own?.name ?? name]);
  const companions = (
    await Promise.all([...names].map((each) => companionsOf(observer, identity, each)))
  ).flat();
  const isSwapped = companions.some((index) => isReplaced(index, identity));
  if (own) await requireOurs(observer, own, identity, isSwapped);
  const strays = await readStrays(observer, identity);
  if (!own) return [...companions, ...strays];
  const rebuilds = await reindexLeftoversOf(observer, own.tableOid, own.name);
  // The index that identifies the others goes last.
  const leftovers = [...companions, ...strays, ...rebuilds];
  return isSwapped ? [own, ...leftovers] : [...leftovers, own];
}

/** Finds the indexes that have our temporary names for an index. */
async function companionsOf(
  observer: Session,
  { schema, table }: IndexIdentity,
  name: string,
): Promise<LiveIndex[]> {
  const found = await Promise.all(
    companionNames(name).map((companion) => observe(observer, { schema, name: companion })),
  );
  const indexes = found.flatMap((companion) =>
    companion.kind === "index" ? [companion.index] : [],
  );
  return indexes.filter((index) => index.table === table);
}

/** Whether this is the index we built, which an interrupted run already swapped for another. */
function isReplaced(live: LiveIndex, { name, canonical }: IndexIdentity): boolean {
  const isRetired = live.name === companionName(name, "retired");
  return isRetired && differencesSince(canonical, live.canonical).length === 0;
}

/** Refuses an index that we did not build, or that something else depends on. */
async function requireOurs(
  observer: Session,
  live: LiveIndex,
  identity: IndexIdentity,
  isReplacement: boolean,
): Promise<void> {
  const isMoved = live.oid === identity.oid;
  if (live.table !== identity.table && !isMoved) {
    throw new PgIndexError(notOursAdvice(live, `it is on table ${live.table}`));
  }
  const differences = differencesSince(identity.canonical, live.canonical);
  if (differences.length > 0 && !isReplacement)
    throw new PgIndexError(notOursAdvice(live, differsReason(differences)));
  if (live.partOf) throw new PgIndexError(partAdvice(live, live.partOf));
  if (live.constraint && !madeConstraint(identity)) throw new PgIndexError(constraintAdvice(live));
  if (live.isReferenced) throw new PgIndexError(referencedAdvice(live));
  if (live.isReplicaIdentity) throw new PgIndexError(replicaIdentityAdvice(live));
  const has = await readPrivileges(observer, live.tableOid);
  if (!has.ownsTable) throw new PgIndexError(notOwnerAdvice(live, has));
}

/** A declared constraint is dropped with its index; any other is not ours. */
function madeConstraint(identity: IndexIdentity): boolean {
  return identity.canonical.constraint !== undefined;
}
