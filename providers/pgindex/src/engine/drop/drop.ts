import { runAlteration } from "../alteration/alteration";
import { dropConcurrently } from "../alteration/concurrentDrop";
import { observe } from "../catalog/indexes";
import type { LiveIndex } from "../catalog/liveIndex";
import type { IndexIdentity } from "../compare/identity";
import { CancelledError, ChangedError, PgIndexError } from "../errors/advice";
import type { Context } from "../operation/context";
import { changeTable, type Operation } from "../operation/operation";
import { OutOfPatience } from "../operation/patience";
import { takeTableKey } from "../operation/tableKey";
import { waitUntilNobodyWorks } from "../operation/wait";
import { dropPartitioned } from "../plan/buildSteps";
import { dropConstraintSql, STOPS_TABLE } from "../plan/constraintSteps";
import type { Database, SessionTarget } from "../session/database";
import { withObserver } from "../session/workspace";
import { displayName } from "../text/render";
import { readUsage } from "../verify/usage";
import { judgeDrop } from "./dropHazards";
import {
  dropFailedAdvice,
  dropOutOfPatienceAdvice,
  droppingText,
  halfDroppedAdvice,
} from "./dropMessages";
import { keepIndex } from "./keep";
import { findOwnIndexes } from "./ownIndexes";
import { requireSameDatabase } from "./sameDatabase";
import { waitForWayClear } from "./wayClear";

/**
 * Drops the index that this stack built, with DROP INDEX CONCURRENTLY. Succeeds if the index is
 * already gone. Throws {@link PgIndexError} with advice if another index has the name, or if the
 * index backs a constraint or is the replica identity.
 *
 * @example
 * // DROP INDEX CONCURRENTLY "public"."users_email_idx"
 *
 * @see https://www.postgresql.org/docs/current/sql-dropindex.html
 */
export function dropIndex(
  database: Database,
  identity: IndexIdentity,
  ctx: Context,
): Promise<void> {
  const patience = identity.patience ?? {};
  const purpose = `drop ${identity.name}`;
  const begun: Begun = { isDropping: false };
  return changeTable(
    { database, table: identity, ctx, patience, purpose, searchPath: [] },
    (operation) => attempt(operation, database, identity, begun),
    (error) => explainFailure(error, { database, identity, ctx, begun }),
  );
}

/** Whether a DROP INDEX CONCURRENTLY has begun, which an error does not undo. */
interface Begun {
  isDropping: boolean;
}

async function attempt(
  operation: Operation,
  database: Database,
  identity: IndexIdentity,
  begun: Begun,
): Promise<void> {
  const { observer } = operation;
  const { acceptDatabase } = database.session;
  const elsewhere = await requireSameDatabase(observer, identity, acceptDatabase);
  const first = await findOwnIndexes(observer, identity);
  if (first.kind === "drop") {
    if (first.indexes.length === 0) return;
    await judgeDrop(operation, database, identity, { ...first, elsewhere });
  }
  await takeTableKey(operation, identity);
  for (;;) {
    const found = await findOwnIndexes(observer, identity);
    if (found.kind === "keep") return keepIndex(operation, identity, found);
    const [live] = found.indexes;
    if (!live) return;
    await dropOne(operation, live, begun);
  }
}

interface Failed {
  readonly database: Database;
  readonly identity: IndexIdentity;
  readonly ctx: Context;
  readonly begun: Begun;
}

/** Explains a failure, including whether an unfinished drop took the index from queries. */
async function explainFailure(
  error: unknown,
  { database, identity, ctx, begun }: Failed,
): Promise<unknown> {
  if (error instanceof PgIndexError) {
    const left = begun.isDropping && (await isHalfDropped(database, identity, true));
    return left ? new PgIndexError(halfDroppedAdvice(error.advice), { cause: error }) : error;
  }
  const half = await isHalfDropped(database, identity);
  if (ctx.signal.aborted || error instanceof CancelledError)
    return new CancelledError(half ? HALF_DROPPED : "cancelled; the index is unchanged");
  const name = displayName(identity);
  const advice =
    error instanceof OutOfPatience
      ? dropOutOfPatienceAdvice(name, error, half)
      : dropFailedAdvice(name, error, half);
  return new PgIndexError(advice, { cause: error });
}

const HALF_DROPPED =
  "cancelled; the index is half dropped: queries have lost it; " +
  "the next destroy finishes the drop, and an up that still declares it rebuilds it";

async function dropOne(operation: Operation, live: LiveIndex, begun: Begun): Promise<void> {
  const place = { schema: live.schema, table: live.table, oid: live.tableOid };
  await waitUntilNobodyWorks(operation, place);
  if (live.valid) {
    await waitForWayClear(operation, live);
    await waitUntilNobodyWorks(operation, place);
    operation.ctx.log("info", droppingText(live, await readUsage(operation.observer, live)));
  }
  await unlessChanged(async () => {
    if (live.isPartitioned) return dropPartitionedIndex(operation, live);
    if (live.constraint) return dropWithConstraint(operation, live, live.constraint);
    begun.isDropping ||= live.valid;
    await dropConcurrently(live, { ...operation, verb: `dropping ${live.name}` });
  });
}

/** The caller looks again: another index may have the name by now, or a REINDEX repaired this one. */
async function unlessChanged(drop: () => Promise<void>): Promise<void> {
  try {
    await drop();
  } catch (error) {
    if (!(error instanceof ChangedError)) throw error;
  }
}

/** Drops a constraint together with its index. The lock is short, since a drop moves no rows. */
async function dropWithConstraint(
  operation: Operation,
  live: LiveIndex,
  constraint: string,
): Promise<void> {
  operation.ctx.log(
    "warning",
    `dropping the constraint ${constraint} takes ACCESS EXCLUSIVE on ` +
      `${live.schema}.${live.table} for milliseconds`,
  );
  const what = `drop the constraint ${constraint}`;
  const sqls = [dropConstraintSql(live, constraint)];
  const expects = [{ oid: live.oid, name: null }];
  const stops = STOPS_TABLE;
  await runAlteration({ sqls, what, stops, tableOid: live.tableOid, expects }, operation);
}

async function dropPartitionedIndex(operation: Operation, live: LiveIndex): Promise<void> {
  const step = dropPartitioned(live, "it must be dropped");
  operation.ctx.log("warning", step.warning);
  const what = `drop ${displayName(live)}`;
  await runAlteration({ ...step, what, tableOid: live.tableOid }, operation);
}

/** `otherwise`: the answer where the server cannot be asked. */
async function isHalfDropped(
  database: SessionTarget,
  identity: IndexIdentity,
  otherwise = false,
): Promise<boolean> {
  try {
    return await withObserver(
      database,
      { purpose: "check the drop", writable: false, isUrgent: true },
      async (observer) => {
        const observed = await observe(observer, identity);
        return observed.kind === "index" && !observed.index.valid;
      },
    );
  } catch {
    return otherwise;
  }
}
