import { PgIndexError } from "../engine/errors/advice";
import { sqlState } from "../engine/errors/sqlstate";
import type { SessionTarget } from "../engine/session/database";
import { onlyRow } from "../engine/session/query";
import { actingRole } from "../engine/session/role";
import type { Session } from "../engine/session/session";
import { withObserver } from "../engine/session/workspace";
import type { DesiredBaseline } from "./baselineArgs";
import { marksDeniedAdvice, runningAdvice } from "./baselineMessages";
import { type Bookkeeping, hasTable, type Mark } from "./bookkeeping";
import { requireAsMigrated } from "./migratedIndexes";

/** What a baseline stores in Pulumi's state, together with its mark's identity. */
export interface BaselineOutputs extends Mark {
  readonly schemaVersion: number;
  /** True if the tool had already marked it: a destroy then keeps the mark. */
  readonly adopted: boolean;
}

const SCHEMA_VERSION = 1;

/**
 * Marks a migration as applied by writing the row its tool would. Throws an error that says what to
 * do if the live indexes differ from those in the migration, or if the mark would make the tool
 * skip or refuse other migrations.
 */
export async function markApplied<M extends Mark>(
  bookkeeping: Bookkeeping<M>,
  database: SessionTarget,
  { mark, indexes }: DesiredBaseline<M>,
): Promise<BaselineOutputs & M> {
  const { runner, identity } = bookkeeping;
  const { migration } = mark;
  const options = { purpose: `mark ${migration}`, writable: true };
  return withMarks({ runner, database, mark }, options, async (session) => {
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

/** Removes the mark, so the tool runs the migration again. A mark set by the tool stays. */
export async function unmark<M extends Mark>(
  bookkeeping: Bookkeeping<M>,
  database: SessionTarget,
  outputs: BaselineOutputs & M,
): Promise<void> {
  if (outputs.adopted) return;
  const options = { purpose: `unmark ${outputs.migration}`, writable: true };
  const { runner } = bookkeeping;
  await withMarks({ runner, database, mark: outputs }, options, (session) =>
    alone(session, bookkeeping, async () => {
      if (await hasTable(session, outputs)) await bookkeeping.remove(session, outputs);
    }),
  );
}

/** Whether the mark still exists. Read-only. */
export function stillMarked<M extends Mark>(
  bookkeeping: Bookkeeping<M>,
  database: SessionTarget,
  outputs: M,
): Promise<boolean> {
  const options = { purpose: `look for ${outputs.migration}`, writable: false };
  const { runner } = bookkeeping;
  return withMarks(
    { runner, database, mark: outputs },
    options,
    async (session) =>
      (await hasTable(session, outputs)) && (await bookkeeping.isMarked(session, outputs)),
  );
}

/** A mark, the database it belongs in, and the command that would set it. */
interface MarkPlace {
  readonly runner: string;
  readonly database: SessionTarget;
  readonly mark: Mark;
}

/** Runs `work` on a session. If the server denies it, the error names the missing privilege. */
function withMarks<T>(
  { runner, database, mark }: MarkPlace,
  options: Parameters<typeof withObserver>[1],
  work: (session: Session) => Promise<T>,
): Promise<T> {
  return withObserver(database, options, async (session) => {
    try {
      return await work(session);
    } catch (error) {
      if (sqlState(error) !== INSUFFICIENT_PRIVILEGE) throw error;
      const role = await actingRole(session.query);
      const exists = await hasTable(session, mark);
      const denied = { runner, role, hasTable: exists, error };
      throw new PgIndexError(marksDeniedAdvice(mark, denied), { cause: error });
    }
  });
}

const INSUFFICIENT_PRIVILEGE = "42501";

/**
 * Runs `work` in one transaction, holding the tool's own lock if it has one: whatever was read
 * stays true while we act on it.
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
