import { observe, readIndex } from "../catalog/indexes";
import type { LiveIndex, LiveTable } from "../catalog/liveIndex";
import { reindexLeftoversOf } from "../catalog/reindexLeftovers";
import { cannotVerify } from "../compare/cannotVerify";
import { type Canonicalized, canonicalize } from "../compare/clone";
import {
  compare,
  differencesOf,
  isAlterableOnPartitions,
  type Verdict,
} from "../compare/differences";
import { differencesSince, type RecordedForm } from "../compare/recordedForm";
import { respell } from "../compare/respell";
import type { DesiredIndex } from "../declare/desiredIndex";
import { companionName, companionNames } from "../declare/names";
import { PgIndexError } from "../errors/advice";
import type { Session } from "../session/session";
import { declarationAdvice } from "./declarationMessages";
import { observePartitions } from "./partitions";
import { requirePartitionable, requireReplicaIdentity } from "./prerequisites";
import { type LastBuild, rebuildReason } from "./rebuildReason";
import type { Situation } from "./situation";
import { tooOld } from "./tooOld";

/** The declaration as far as the server could be asked about it. */
export type Declared = Exclude<Canonicalized, { kind: "refused" }>;

/** The index that a resource had so far: where it was, and what it was. */
export interface PreviousIndex extends LastBuild {
  readonly schema: string;
  readonly name: string;
  /** Unknown in a preview. */
  readonly oid?: number;
  /** Unknown in a preview. */
  readonly canonical?: RecordedForm;
}

/** The declaration in the server's own form, or advice why the server does not take it. */
export async function declaredForm(observer: Session, desired: DesiredIndex): Promise<Declared> {
  const advice = tooOld(desired, observer.serverVersion);
  if (advice) throw new PgIndexError(advice);
  const form = await canonicalize(observer, desired);
  if (form.kind !== "refused") return form;
  throw new PgIndexError(declarationAdvice(desired, form.error), { cause: form.error });
}

/** Observes everything that has to do with the declared index. */
export async function look(
  observer: Session,
  desired: DesiredIndex,
  asked: Declared,
  table: LiveTable,
  previous?: PreviousIndex,
): Promise<Situation> {
  const { schema, name } = desired;
  const { verdict, declared } = await verdictOf(observer, desired, asked);
  if (previous) await requireReplicaIdentity(observer, desired, verdict);
  const [next, retired] = await Promise.all(
    companionNames(name).map((companion) => indexOn(observer, table, schema, companion)),
  );
  return {
    verdict,
    misplaced: previous && (await findMisplaced(observer, desired, previous, table)),
    next: next && nextOf(next, declared),
    retired,
    rebuild: previous && rebuildReason(desired.policy, previous),
    reindexLeftovers: await reindexLeftoversOf(observer, table.oid, name),
    partitioned: await lookAtPartitions(observer, desired, declared, table, verdict, next),
    serverVersion: observer.serverVersion,
  };
}

function nextOf(live: LiveIndex, declared: Declared): NonNullable<Situation["next"]> {
  const isSame =
    declared.kind === "ok" && differencesOf(declared.canonical, live.canonical).length === 0;
  const isUsable = live.valid && live.ready && live.live;
  return { live, isDeclared: isSame && isUsable, isUnfinished: isSame && live.isPartitioned };
}

/**
 * Of a partitioned table, the partitions: for the declared index, or for the one that is to replace
 * it.
 */
async function lookAtPartitions(
  observer: Session,
  desired: DesiredIndex,
  declared: Declared,
  table: LiveTable,
  verdict: Verdict,
  next: LiveIndex | undefined,
): Promise<Situation["partitioned"]> {
  if (table.kind !== "partitioned table") return undefined;
  await requirePartitionable(observer, desired, table);
  if (declared.kind !== "ok") throw await cannotVerify(observer, desired, declared.obstacle);
  const { schema, name } = desired;
  const isReplaced = "differences" in verdict && !isAlterableOnPartitions(verdict.differences);
  const live = isReplaced ? next : "live" in verdict ? verdict.live : undefined;
  const reuses =
    live && (!isReplaced || differencesOf(declared.canonical, live.canonical).length === 0);
  const root = { name: isReplaced ? companionName(name, "next") : name, exists: reuses === true };
  const index = { schema, name, oid: reuses ? live.oid : undefined, canonical: declared.canonical };
  return {
    tableOid: table.oid,
    root,
    partitions: await observePartitions(observer, table.oid, index),
  };
}

interface Judged {
  readonly verdict: Verdict;
  /** As the live index spells it, where both mean the same. */
  readonly declared: Declared;
}

/** What cannot be compared is only acceptable where there is nothing to compare with. */
async function verdictOf(
  observer: Session,
  desired: DesiredIndex,
  declared: Declared,
): Promise<Judged> {
  const observed = await observe(observer, desired);
  if (observed.kind !== "index") return { verdict: observed, declared };
  if (declared.kind !== "ok") throw await cannotVerify(observer, desired, declared.obstacle);
  const form = await respell(observer, desired, declared.canonical, observed.index);
  if (form.kind !== "ok") throw await cannotVerify(observer, desired, form.obstacle);
  return { verdict: compare(desired, form.canonical, observed), declared: form };
}

/** The index of that name, if it is on the table. */
export async function indexOn(
  observer: Session,
  table: { readonly oid: number },
  schema: string,
  name: string,
): Promise<LiveIndex | undefined> {
  const observed = await observe(observer, { schema, name });
  return observed.kind === "index" && observed.index.tableOid === table.oid
    ? observed.index
    : undefined;
}

/**
 * The resource's index under another name: by the name it had (a declared rename), else by its OID
 * (renamed outside).
 */
async function findMisplaced(
  observer: Session,
  desired: DesiredIndex,
  previous: PreviousIndex,
  table: LiveTable,
): Promise<LiveIndex | undefined> {
  const { schema, name, oid, canonical } = previous;
  const byName = await indexOn(observer, table, schema, name);
  const found = byName ?? (oid === undefined ? undefined : await readIndex(observer, oid));
  if (!found || found.tableOid !== table.oid || found.schema !== desired.schema) return undefined;
  const isAnother = canonical && differencesSince(canonical, found.canonical).length > 0;
  const isKnown = [desired.name, ...companionNames(desired.name)].includes(found.name);
  return isAnother || isKnown ? undefined : found;
}
