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
import { requireTrusted } from "./trustedTable";

/** What a baseline stores in Pulumi's state, together with its mark's identity. */
export interface BaselineOutputs extends Mark {
  readonly schemaVersion: number;
  /** True if the tool had already marked it: a destroy then keeps the mark. */
  readonly adopted: boolean;
  /**
   * The id of the row that this entry of the state has written or taken over; null if the tool's
   * own stays. Missing in outputs from older releases.
   */
  readonly row?: string | null;
}

const SCHEMA_VERSION = 1;

/**
 * Marks a migration as applied by writing the row its tool would. Throws an error that says what to
 * do if the live indexes differ from those in the migration, or if the mark would make the tool
 * skip or refuse other migrations.
 *
 * A row that pgindex has written is taken over, by a new id: whoever wrote it, under another name
 * of the resource or in another stack, then no longer holds it. The mark of `last` is given up for
 * this one in the same transaction, so none is lost if this one is refused.
 */
export async function markApplied<M extends Mark>(
  bookkeeping: Bookkeeping<M>,
  database: SessionTarget,
  { mark, indexes }: DesiredBaseline<M>,
  last?: BaselineOutputs & M,
): Promise<BaselineOutputs & M> {
  const { runner, identity } = bookkeeping;
  const { migration } = mark;
  const options = { purpose: `mark ${migration}`, writable: true };
  return withMarks({ runner, database, mark }, options, async (session) => {
    await requireAsMigrated(session, migration, indexes, runner);
    const held = await alone(session, bookkeeping, async () => {
      const isSame =
        last !== undefined && markKey(bookkeeping, last) === markKey(bookkeeping, mark);
      if (last && !isSame) await giveUp(session, bookkeeping, last);
      return hold(session, bookkeeping, mark, isSame ? last : undefined);
    });
    const kept = Object.fromEntries(
      identity.filter((key) => mark[key] !== undefined).map((key) => [key, mark[key]]),
    ) as unknown as M;
    return { schemaVersion: SCHEMA_VERSION, ...kept, migration, ...held };
  });
}

/** What the tool takes for the same mark, as one text. */
export function markKey<M extends Mark>({ runner, place }: Bookkeeping<M>, mark: M): string {
  return JSON.stringify([runner, ...place.map((property) => mark[property])]);
}

async function hold<M extends Mark>(
  session: Session,
  bookkeeping: Bookkeeping<M>,
  mark: M,
  last: BaselineOutputs | undefined,
): Promise<Pick<BaselineOutputs, "adopted" | "row">> {
  const { ids } = bookkeeping;
  const isThere = await hasTable(session, mark);
  const rows = isThere ? await bookkeeping.find(session, mark) : [];
  const row = ids.next();
  const ours = rows.find((id) => ids.areOurs(id) || isUnrecorded(last));
  if (ours !== undefined) {
    await bookkeeping.take(session, mark, { from: ours, to: row });
    return { adopted: false, row };
  }
  if (rows.length > 0) await bookkeeping.adopt?.(session, mark);
  if (rows.length > 0) return { adopted: true, row: null };
  await bookkeeping.requireNext?.(session, mark, isThere);
  if (!isThere) await bookkeeping.createTable(session, mark);
  await bookkeeping.insert(session, mark, row);
  return { adopted: false, row };
}

/** Release 0.1 wrote rows with ids like the tool's, and did not record them. */
function isUnrecorded(last: BaselineOutputs | undefined): boolean {
  return last?.adopted === false && last.row === undefined;
}

/** Removes the row that these outputs hold; false if they hold none, or no longer. */
async function giveUp<M extends Mark>(
  session: Session,
  bookkeeping: Bookkeeping<M>,
  outputs: BaselineOutputs & M,
): Promise<boolean> {
  if (outputs.adopted || bookkeeping.staysFor?.(outputs)) return false;
  if (!(await hasTable(session, outputs))) return false;
  const rows = await bookkeeping.find(session, outputs);
  const held = rows.filter((id) =>
    isUnrecorded(outputs) ? !bookkeeping.ids.areOurs(id) : id === outputs.row,
  );
  for (const id of held) await bookkeeping.remove(session, outputs, id);
  return held.length > 0;
}

/**
 * Removes the mark, so the tool runs the migration again; false if it stays, because the tool set
 * it, or because another resource has taken it over.
 */
export async function unmark<M extends Mark>(
  bookkeeping: Bookkeeping<M>,
  database: SessionTarget,
  outputs: BaselineOutputs & M,
): Promise<boolean> {
  if (outputs.adopted || bookkeeping.staysFor?.(outputs)) return false;
  const options = { purpose: `unmark ${outputs.migration}`, writable: true };
  const { runner } = bookkeeping;
  return withMarks({ runner, database, mark: outputs }, options, (session) =>
    alone(session, bookkeeping, () => giveUp(session, bookkeeping, outputs)),
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
      (await hasTable(session, outputs)) && (await bookkeeping.find(session, outputs)).length > 0,
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
      await requireTrusted(session, mark);
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
