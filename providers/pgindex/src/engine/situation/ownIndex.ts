import { isDeepStrictEqual } from "node:util";
import { findMarkedIndexes, observe, readIndex } from "../catalog/indexes";
import type { LiveIndex } from "../catalog/liveIndex";
import { readPrivileges } from "../catalog/privileges";
import { differencesOf } from "../compare/differences";
import { ownershipOf, wantedMark } from "../compare/ownership";
import { differencesSince } from "../compare/recordedForm";
import { companionNames, isDropName } from "../declare/names";
import type { IndexOrigin, OwnershipMark } from "../declare/ownershipMark";
import type { Declared } from "./declaredForm";
import type { PreviousIndex, Scope } from "./scope";
import type { Situation } from "./situation";

type OwnershipPart = Pick<Situation, "whose" | "isUpdate" | "isOurs" | "mark" | "missingMark">;

/** Reads whose an existing index is, and which mark it lacks. */
export async function readOwnership(
  scope: Scope,
  live: LiveIndex | undefined,
): Promise<OwnershipPart> {
  const { claim, database, previous } = scope;
  const isUpdate = previous !== undefined;
  const built = wantedMark(claim, database, "built");
  if (!live) return { whose: "unmarked", isUpdate, isOurs: false, mark: built };
  const whose = whoseIs(scope, live);
  // The mark of a restored copy has the ID that the state has, of whichever database that is.
  const isMarkedOurs = claim?.owner.id !== undefined && live.mark?.id === claim.owner.id;
  const isOurs = isMarkedOurs || (isUpdate && isPrevious(live, previous, whose));
  // A preview does not know the ID of a resource that is in the state. Its index does.
  const known = whose === "own" ? live.mark?.id : undefined;
  const named = (mark?: OwnershipMark) => mark && { ...mark, id: mark.id ?? known };
  const origin = originOf(live, whose, previous);
  const wanted = named(wantedMark(claim, database, origin, live.mark !== undefined));
  const isMissing = wanted && !isDeepStrictEqual(wanted, live.mark) && (await mayComment(scope));
  const mark = named(built);
  return { whose, isUpdate, isOurs, mark, missingMark: isMissing ? wanted : undefined };
}

/**
 * A check does not know the ID that the state has. The index that it finds under the state's name is
 * taken for the resource's, whatever an old mark calls it: diff and update, which know, look again.
 */
function whoseIs({ claim, database, previous }: Scope, live: LiveIndex): Situation["whose"] {
  const whose = ownershipOf(live, claim, database);
  const isOthers = whose === "sibling" || whose === "foreign";
  const isRecorded = previous?.schema === live.schema && previous.name === live.name;
  return isOthers && isRecorded && claim?.isIdUnknown ? "own" : whose;
}

/** Only an owner may comment. Anybody may adopt. */
async function mayComment({ observer, table }: Scope): Promise<boolean> {
  return (await readPrivileges(observer, table.oid)).ownsTable;
}

/**
 * Without a mark, an index is the resource's if it has its OID; or its name, where the resource
 * never had a mark. In a preview the name is enough: it shows what becomes of that index.
 */
function isPrevious(
  live: LiveIndex,
  { name, oid, seenOid, ownerId }: PreviousIndex,
  whose: Situation["whose"],
): boolean {
  if (whose !== "unmarked") return whose === "own";
  if (live.oid === oid || live.oid === seenOid) return true;
  return live.name === name && (oid === undefined || !ownerId);
}

/** Who built a standing index: its mark says so, unless that is a copy's; else the state. */
function originOf(
  live: LiveIndex,
  whose: Situation["whose"],
  previous: PreviousIndex | undefined,
): IndexOrigin {
  if (live.mark && whose !== "unmarked") return live.mark.origin;
  if (previous?.oid !== live.oid) return "adopted";
  return previous.origin ?? (previous.adopted === false ? "built" : "adopted");
}

/**
 * Finds the resource's index under another name: by its mark, by its previous name (a declared
 * rename), or by its OID (renamed outside Pulumi).
 */
export async function findMisplaced(
  scope: Scope,
  previous: PreviousIndex,
  declared: Declared,
): Promise<Situation["misplaced"]> {
  const { observer, desired, table } = scope;
  const candidates = [
    ...(await markedBy(scope, previous)),
    ...(await byName(scope, previous)),
    previous.oid === undefined ? undefined : await readIndex(observer, previous.oid),
  ];
  const live = candidates.find(
    (index) =>
      index?.tableOid === table.oid &&
      index.schema === desired.schema &&
      isMisplaced(scope, index, previous),
  );
  if (!live) return undefined;
  const differences =
    declared.kind === "ok" ? differencesOf(declared.canonical, live.canonical) : [];
  return { live, differences };
}

async function markedBy({ observer }: Scope, { ownerId }: PreviousIndex): Promise<LiveIndex[]> {
  return ownerId ? findMarkedIndexes(observer, ownerId) : [];
}

async function byName(
  { observer, desired }: Scope,
  { schema, name }: PreviousIndex,
): Promise<LiveIndex[]> {
  if (schema !== desired.schema) return [];
  const observed = await observe(observer, { schema, name });
  return observed.kind === "index" ? [observed.index] : [];
}

function isMisplaced(
  scope: Scope,
  live: LiveIndex,
  { canonical, ownerId, oid, markedOid }: PreviousIndex,
): boolean {
  const { name } = scope.desired;
  if ([name, ...companionNames(name)].includes(live.name)) return false;
  // A drop has begun: what it has not yet taken from queries can have its name back.
  if (!live.valid && isDropName(live)) return false;
  const whose = whoseIs(scope, live);
  if (whose === "sibling" || whose === "foreign") return false;
  // We had marked ours. One without a mark and with another OID is somebody's new one.
  if (whose === "unmarked" && ownerId && live.oid !== oid) return false;
  // What somebody has altered is the same index all the same.
  if (live.oid === markedOid) return true;
  return !canonical || differencesSince(canonical, live.canonical).length === 0;
}
