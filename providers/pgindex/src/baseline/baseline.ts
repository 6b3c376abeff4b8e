import type { Target } from "../engine/connection/target";
import { PgIndexError } from "../engine/errors/advice";
import { sqlState } from "../engine/errors/sqlstate";
import { onlyRow } from "../engine/session/query";
import { actingRole } from "../engine/session/role";
import type { Session } from "../engine/session/session";
import { withObserver } from "../engine/session/workspace";
import type { DesiredBaseline } from "./baselineArgs";
import { marksDeniedAdvice, runningAdvice } from "./baselineMessages";
import { type Bookkeeping, hasTable, type Mark } from "./bookkeeping";
import { requireAsMigrated } from "./migratedIndexes";

/** What a baseline leaves in Pulumi's state, with the identity of its mark. */
export interface BaselineOutputs extends Mark {
  readonly schemaVersion: number;
  /** The tool had marked it already: a destroy leaves the mark. */
  readonly adopted: boolean;
}

const SCHEMA_VERSION = 1;

/**
 * Marks a migration as applied, with the row that its tool would write. Refuses, with advice, when
 * the live indexes are not what the migration makes, or when the tool would then skip or refuse
 * other migrations.
 */
export async function markApplied<M extends Mark>(
  bookkeeping: Bookkeeping<M>,
  target: Target,
  { mark, indexes }: DesiredBaseline<M>,
): Promise<BaselineOutputs & M> {
  const { runner, identity } = bookkeeping;
  const { migration } = mark;
  const options = { purpose: `mark ${migration}`, writable: true };
  return withMarks(bookkeeping, target, mark, options, async (session) => {
    await requireAsMigrated(session, migration, indexes, runner);
    const adopted = await alone(session, bookkeeping, async () => {
      const isThere = await hasTable(session, mark);
      if (isThere && (await bookkeeping.isMarked(session, mark))) return true;
      await bookkeeping.requireNext?.(session, mark, isThere);
      if (!isThere) await bookkeeping.createTable(session, mark);
      await bookkeeping.insert(session, mark);
      return false;
    });
    const kept = Object.fromEntries(identity.map((key) => [key, mark[key]])) as unknown as M;
    return { schemaVersion: SCHEMA_VERSION, ...kept, migration, adopted };
  });
}

/**
 * Takes the mark back, so that the tool runs the migration again; one that the tool has set stays.
 */
export async function unmark<M extends Mark>(
  bookkeeping: Bookkeeping<M>,
  target: Target,
  outputs: BaselineOutputs & M,
): Promise<void> {
  if (outputs.adopted) return;
  const options = { purpose: `unmark ${outputs.migration}`, writable: true };
  await withMarks(bookkeeping, target, outputs, options, (session) =>
    alone(session, bookkeeping, async () => {
      if (await hasTable(session, outputs)) await bookkeeping.remove(session, outputs);
    }),
  );
}

/** Whether the mark stands. Read-only. */
export function stillMarked<M extends Mark>(
  bookkeeping: Bookkeeping<M>,
  target: Target,
  outputs: M,
): Promise<boolean> {
  const options = { purpose: `look for ${outputs.migration}`, writable: false };
  return withMarks(
    bookkeeping,
    target,
    outputs,
    options,
    async (session) =>
      (await hasTable(session, outputs)) && (await bookkeeping.isMarked(session, outputs)),
  );
}

/** Runs `work` on a session, and tells which right is missing where the server refuses it. */
function withMarks<T, M extends Mark>(
  { runner }: Bookkeeping<M>,
  target: Target,
  mark: Mark,
  options: Parameters<typeof withObserver>[1],
  work: (session: Session) => Promise<T>,
): Promise<T> {
  return withObserver(target, options, async (session) => {
    try {
      return await work(session);
    } catch (error) {
      if (sqlState(error) !== INSUFFICIENT_PRIVILEGE) throw error;
      const role = await actingRole(session.query);
      const exists = await hasTable(session, mark);
      throw new PgIndexError(marksDeniedAdvice(mark, runner, role, exists, error), {
        cause: error,
      });
    }
  });
}

const INSUFFICIENT_PRIVILEGE = "42501";

/**
 * Runs `work` in one transaction, with the tool's own lock where it has one: what was read is still
 * so when it is acted on.
 */
async function alone<T, M extends Mark>(
  session: Session,
  { runner, lockKey }: Bookkeeping<M>,
  work: () => Promise<T>,
): Promise<T> {
  await session.query("BEGIN");
  try {
    if (lockKey && !(await lock(session, lockKey))) throw new PgIndexError(runningAdvice(runner));
    const result = await work();
    await session.query("COMMIT");
    return result;
  } catch (error) {
    await session.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

async function lock(session: Session, key: string): Promise<boolean> {
  const rows = await session.query<{ locked: boolean }>(
    "SELECT pg_catalog.pg_try_advisory_xact_lock($1::bigint) AS locked",
    [key],
  );
  return onlyRow(rows).locked;
}
