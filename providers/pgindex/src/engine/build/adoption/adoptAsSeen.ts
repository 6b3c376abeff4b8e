import { isDeepStrictEqual } from "node:util";
import { readIndex } from "../../catalog/indexes";
import type { LiveIndex } from "../../catalog/liveIndex";
import { wantedMark } from "../../compare/ownership";
import { withLook } from "../../look/withLook";
import { assertMayGoOn } from "../../operation/context";
import { tryTableKey } from "../../operation/tableKey";
import { markStep } from "../../plan/alterSteps";
import { sqlsOf } from "../../plan/step";
import { requireTrustedTriggers } from "../../reach/eventTriggers";
import { onlyRow } from "../../session/query";
import type { Session } from "../../session/session";
import { serverTime } from "../../session/workspace";
import { displayName } from "../../text/render";
import { reportAdopted } from "../buildOutcome";
import type { Ensured, Request } from "../request";
import type { Adoptable } from "./adoptable";

/** What the declaration means to the server can change with the table, by hands other than ours. */
const OLDEST_MS = 60_000;

/**
 * Adopts an index in one short transaction of the session that looks, without the two sessions of a
 * change: under the table's key, if nobody has marked it meanwhile, writes its mark, which locks it
 * against any other change, and reads it again. Undefined, and nothing written, if it is not as it
 * was seen, or if anything is in the way: then {@link ensureIndex} finds out what.
 *
 * @example
 * // BEGIN
 * // COMMENT ON INDEX "public"."users_email_idx" IS 'managed by Pulumi: …'
 * // COMMIT
 * @see https://www.postgresql.org/docs/current/sql-comment.html
 */
export async function adoptAsSeen(
  request: Request,
  adoptable: Adoptable,
): Promise<Ensured | undefined> {
  const { database, desired, ctx } = request;
  if (performance.now() - adoptable.seenAt > OLDEST_MS) return undefined;
  assertMayGoOn(ctx);
  const purpose = `adopt ${desired.name}`;
  // The options of the look that has just been taken, whose session is still open.
  const options = { purpose, writable: true, builds: true, willNeed: 2, mayBeShared: false };
  const adopted = await withLook(database, options, async (session) =>
    // What is wrong, the whole way of a build says better.
    adopt(session, request, adoptable).catch(() => undefined),
  );
  return adopted && reportAdopted(adopted, request, adoptable);
}

interface Adopted {
  readonly live: LiveIndex;
  /** By the server's clock, ISO 8601. */
  readonly verifiedAt: string;
}

async function adopt(
  session: Session,
  { desired, claim, ctx }: Request,
  { live, database, lacksMark }: Adoptable,
): Promise<Adopted | undefined> {
  const mark = lacksMark ? wantedMark(claim, database, "adopted") : undefined;
  if (!mark) return whole(session, live);
  const step = markStep(desired, live, mark);
  await requireTrustedTriggers(session);
  const adopted = await session.alone(() => inTransaction(session, sqlsOf(step), live));
  if (adopted) ctx.log("info", `${displayName(desired)}: ${step.why}: ${sqlsOf(step).join("; ")}`);
  return adopted;
}

/** Rolls back, and returns nothing, unless the index is as it was seen but for its mark. */
async function inTransaction(
  session: Session,
  sqls: readonly string[],
  live: LiveIndex,
): Promise<Adopted | undefined> {
  let adopted: Adopted | undefined;
  await session.query("BEGIN");
  try {
    if ((await tryTableKey(session, live)) && (await isUnmarked(session, live))) {
      for (const sql of sqls) await session.query(sql);
      adopted = await whole(session, live);
    }
  } finally {
    // The first error says more than that of a lost connection.
    if (!adopted) await session.query("ROLLBACK").catch(() => undefined);
  }
  if (adopted) await session.query("COMMIT");
  return adopted;
}

/** Whether its comment is still the one that was seen. */
async function isUnmarked(session: Session, { oid, canonical }: LiveIndex): Promise<boolean> {
  const rows = await session.query<{ comment: string | null }>(
    "SELECT pg_catalog.obj_description($1::oid, 'pg_class') AS comment",
    [oid],
  );
  return onlyRow(rows).comment === (canonical.comment ?? null);
}

/** The index, if it is as it was seen. */
async function whole(session: Session, seen: LiveIndex): Promise<Adopted | undefined> {
  const live = await readIndex(session, seen.oid);
  if (!live || !isDeepStrictEqual(lasting(live), lasting(seen))) return undefined;
  return { live, verifiedAt: await serverTime(session) };
}

/** Without what traffic changes, and the mark. */
function lasting({ sizeBytes: _, tableRows: __, mark: ___, ...rest }: LiveIndex): object {
  return rest;
}
