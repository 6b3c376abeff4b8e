import { findMarkedIndexes, observe, readIndex } from "../catalog/indexes";
import { leftoversOf } from "../catalog/leftovers";
import type { LiveIndex } from "../catalog/liveIndex";
import { readPrivileges } from "../catalog/privileges";
import { readTable } from "../catalog/tables";
import { type IndexIdentity, isStillOurs, type Keeping, keepingOf } from "../compare/identity";
import { differencesSince } from "../compare/recordedForm";
import { companionName, companionNames } from "../declare/names";
import { PgIndexError } from "../errors/advice";
import type { Session } from "../session/session";
import { readStrays } from "../situation/partitions/strays";
import {
  constraintAdvice,
  type LocalConstraint,
  partConstraintAdvice,
  referencedAdvice,
  replicaIdentityAdvice,
} from "./dependentMessages";
import { differsReason, notOursAdvice, notOwnerAdvice, partAdvice } from "./dropMessages";

/** What a destroy finds of an index: all that it drops, or the index that it keeps. */
export type Found =
  | { readonly kind: "drop"; readonly indexes: readonly LiveIndex[] }
  | {
      readonly kind: "keep";
      readonly live: LiveIndex;
      readonly why: Exclude<Keeping, { kind: "own" }>;
    };

/**
 * Finds everything that the resource owns of the index: the index itself and what an interrupted
 * replacement left behind. Throws {@link PgIndexError} if it must not be dropped, or if the role may
 * not, unless somebody else will.
 */
export async function findOwnIndexes(
  observer: Session,
  identity: IndexIdentity,
  { asOwner = true }: { readonly asOwner?: boolean } = {},
): Promise<Found> {
  const own = await findOwn(observer, identity);
  const why = own && keepingOf(own, identity);
  if (own && why?.kind === "stranger") requireSameForm(own, identity);
  if (own && why && why.kind !== "own") return { kind: "keep", live: own, why };
  // After an interrupted rename, the index already has its new name.
  const names = new Set([identity.name, own?.name ?? identity.name]);
  const companions = (
    await Promise.all([...names].map((each) => companionsOf(observer, identity, each)))
  ).flat();
  const isSwapped = companions.some((index) => isReplaced(index, identity));
  if (own) requireOurs(own, identity, isSwapped);
  if (own?.isPartitioned) await requireFreeParts(observer, own);
  if (own && asOwner) await requireOwner(observer, own);
  const strays = await readStrays(observer, identity);
  const tableOid = own?.tableOid ?? (await readTable(observer, identity))?.oid;
  const left = tableOid === undefined ? [] : await leftoversOf(observer, tableOid, identity.name);
  if (!own) return { kind: "drop", indexes: [...companions, ...strays, ...left] };
  // The index that identifies the others goes last.
  const leftovers = [...companions, ...strays, ...left.filter(({ oid }) => oid !== own.oid)];
  return { kind: "drop", indexes: isSwapped ? [own, ...leftovers] : [...leftovers, own] };
}

/** By its mark, wherever it is by now; else by its name; else by its OID. */
async function findOwn(observer: Session, identity: IndexIdentity): Promise<LiveIndex | undefined> {
  const { schema, name, oid, ownerId } = identity;
  const marked = ownerId ? await findMarkedIndexes(observer, ownerId) : [];
  const companions = companionNames(name);
  const byMark =
    marked.find((index) => index.name === name) ??
    marked.find((index) => !companions.includes(index.name));
  if (byMark) return byMark;
  const observed = await observe(observer, { schema, name });
  if (observed.kind === "index") return observed.index;
  if (observed.kind !== "absent" || oid === undefined) return undefined;
  const byOid = await readIndex(observer, oid);
  return byOid && isStillOurs(byOid, identity) ? byOid : undefined;
}

/** Finds the indexes that have our temporary names for an index, unless somebody has marked them. */
async function companionsOf(
  observer: Session,
  { schema, table, ownerId }: IndexIdentity,
  name: string,
): Promise<LiveIndex[]> {
  const found = await Promise.all(
    companionNames(name).map((companion) => observe(observer, { schema, name: companion })),
  );
  const indexes = found.flatMap((companion) =>
    companion.kind === "index" ? [companion.index] : [],
  );
  return indexes.filter(
    ({ table: its, mark }) => its === table && (!mark || !ownerId || mark.id === ownerId),
  );
}

/** Whether this is the index we built, which an interrupted run already swapped for another. */
function isReplaced(live: LiveIndex, { name, canonical }: IndexIdentity): boolean {
  const isRetired = live.name === companionName(name, "retired");
  return isRetired && differencesSince(canonical, live.canonical).length === 0;
}

/** Refuses an index that we did not build, or that something else depends on. */
function requireOurs(live: LiveIndex, identity: IndexIdentity, isReplacement: boolean): void {
  const isMoved = live.oid === identity.oid;
  if (live.table !== identity.table && !isMoved) {
    throw new PgIndexError(notOursAdvice(live, `it is on table ${live.table}`));
  }
  // An interrupted update changes what the state does not know of yet.
  const isMarked = live.mark !== undefined && live.mark.id === identity.ownerId;
  if (!isReplacement && !isMarked) requireSameForm(live, identity);
  if (live.partOf) throw new PgIndexError(partAdvice(live, live.partOf));
  if (live.constraint && !madeConstraint(identity)) throw new PgIndexError(constraintAdvice(live));
  if (live.isReferenced) throw new PgIndexError(referencedAdvice(live));
  if (live.isReplicaIdentity) throw new PgIndexError(replicaIdentityAdvice(live));
}

/** PostgreSQL refuses it only under the lock that stops everybody. */
async function requireFreeParts(observer: Session, live: LiveIndex): Promise<void> {
  const [backing] = await observer.query<LocalConstraint>(
    `SELECT b.* FROM pg_partition_tree($1::int8::oid::regclass) t
      CROSS JOIN LATERAL (
       SELECT k.conname AS constraint, n.nspname AS schema, c.relname AS table,
              pn.nspname AS "parentSchema", p.relname AS "parentTable"
         FROM pg_index i JOIN pg_constraint k ON k.conrelid = i.indrelid AND k.conindid = i.indexrelid
         JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_inherits h ON h.inhrelid = c.oid JOIN pg_class p ON p.oid = h.inhparent
         JOIN pg_namespace pn ON pn.oid = p.relnamespace
        WHERE i.indexrelid = t.relid AND k.contype IN ('p', 'u', 'x') OFFSET 0) b
      WHERE t.level > 0 ORDER BY 2, 3 LIMIT 1`,
    [live.oid],
  );
  if (backing) throw new PgIndexError(partConstraintAdvice(live, backing));
}

async function requireOwner(observer: Session, live: LiveIndex): Promise<void> {
  const has = await readPrivileges(observer, live.tableOid);
  if (!has.ownsTable) throw new PgIndexError(notOwnerAdvice(live, has));
}

function requireSameForm(live: LiveIndex, { canonical }: IndexIdentity): void {
  const differences = differencesSince(canonical, live.canonical);
  if (differences.length > 0)
    throw new PgIndexError(notOursAdvice(live, differsReason(differences)));
}

/** A declared constraint is dropped with its index; any other is not ours. */
function madeConstraint(identity: IndexIdentity): boolean {
  return identity.canonical.constraint !== undefined;
}
