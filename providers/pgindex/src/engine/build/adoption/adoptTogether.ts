import { isDeepStrictEqual } from "node:util";
import { readIndexes } from "../../catalog/indexes";
import type { LiveIndex } from "../../catalog/liveIndex";
import { wantedMark } from "../../compare/ownership";
import { withLook } from "../../look/withLook";
import { tryTableKeys } from "../../operation/tableKey";
import { markStep } from "../../plan/alterSteps";
import { type Step, sqlsOf } from "../../plan/step";
import { requireTrustedTriggers } from "../../reach/eventTriggers";
import type { SessionTarget } from "../../session/database";
import type { Session } from "../../session/session";
import { serverTime } from "../../session/workspace";
import type { Request } from "../request";
import type { Adoptable } from "./adoptable";

/** An index to adopt, and how. */
export interface Adoption {
  /** As it was seen. */
  readonly live: LiveIndex;
  /** Writes its mark; undefined where none is to be written. */
  readonly step?: Step;
}

/** An index that was found as it was seen, and has its mark. */
export interface Adopted {
  readonly live: LiveIndex;
  /** By the server's clock, ISO 8601. */
  readonly verifiedAt: string;
}

export function adoptionOf(
  { desired, claim }: Request,
  { live, database, lacksMark }: Adoptable,
): Adoption {
  const mark = lacksMark ? wantedMark(claim, database, "adopted") : undefined;
  return { live, step: mark && markStep(desired, live, mark) };
}

/** The options of the look that has just been taken: its session is still open. */
const LOOK = { writable: true, builds: true, willNeed: 2, mayBeShared: true } as const;

/**
 * Adopts several indexes in one transaction: under the keys of their tables, writes the marks of
 * those that nobody has marked meanwhile, which locks them against any other change, and reads them
 * again. Undefined for an index whose table or mark another has by now. Empty, and nothing is
 * written, if anything is in the way or one of them is not as it was seen.
 *
 * @example
 * // BEGIN
 * // COMMENT ON INDEX "public"."users_email_idx" IS 'managed by Pulumi: …'
 * // COMMENT ON INDEX "public"."users_name_idx" IS 'managed by Pulumi: …'
 * // COMMIT
 * @see https://www.postgresql.org/docs/current/sql-comment.html
 */
export function adoptTogether(
  database: SessionTarget,
  adoptions: readonly Adoption[],
): Promise<readonly (Adopted | undefined)[]> {
  const adopt = async (session: Session) => {
    if (adoptions.some(({ step }) => step)) await requireTrustedTriggers(session);
    return session.alone(() => inTransaction(session, adoptions));
  };
  // Not tried again on another session, where a lock is waited for: whoever is adopted alone has
  // another try, and then goes the whole way of a build, which says what is wrong.
  return withLook(database, { ...LOOK, purpose: "adopt" }, (session) =>
    adopt(session).catch(() => []),
  );
}

async function inTransaction(
  session: Session,
  adoptions: readonly Adoption[],
): Promise<readonly (Adopted | undefined)[]> {
  await session.query("BEGIN");
  try {
    const adopted = await adoptAll(session, adoptions);
    await session.query("COMMIT");
    return adopted;
  } catch (error) {
    // The first error says more than that of a lost connection.
    await session.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

async function adoptAll(
  session: Session,
  adoptions: readonly Adoption[],
): Promise<(Adopted | undefined)[]> {
  const tables = adoptions.map(({ live }) => live);
  const free = await tryTableKeys(session, tables);
  const comments = await commentsOf(session, tables);
  const mine = adoptions.filter(
    ({ live }, i) => free[i] && comments.get(live.oid) === (live.canonical.comment ?? null),
  );
  for (const { step } of mine) for (const sql of step ? sqlsOf(step) : []) await session.query(sql);
  const found = await readIndexes(
    session,
    mine.map(({ live }) => live.oid),
  );
  const byOid = new Map(found.map((live) => [live.oid, live]));
  for (const { live } of mine) requireAsSeen(live, byOid.get(live.oid));
  const verifiedAt = await serverTime(session);
  return adoptions.map((adoption) => {
    const live = byOid.get(adoption.live.oid);
    return live && { live, verifiedAt };
  });
}

/** By OID; null without a comment. */
async function commentsOf(
  session: Session,
  indexes: readonly LiveIndex[],
): Promise<ReadonlyMap<number, string | null>> {
  const rows = await session.query<{ oid: number; comment: string | null }>(
    `SELECT oid::int8::float8 AS oid, pg_catalog.obj_description(oid, 'pg_class') AS comment
       FROM pg_catalog.unnest($1::oid[]) AS o (oid)`,
    [indexes.map(({ oid }) => oid)],
  );
  return new Map(rows.map(({ oid, comment }) => [oid, comment]));
}

function requireAsSeen(seen: LiveIndex, live: LiveIndex | undefined): void {
  if (live && isDeepStrictEqual(lasting(live), lasting(seen))) return;
  throw new Error("an index is not as it was seen");
}

/** Without what traffic changes, and the mark. */
function lasting({ sizeBytes: _, tableRows: __, mark: ___, ...rest }: LiveIndex): object {
  return rest;
}
