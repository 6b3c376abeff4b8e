import { oldTransactionsOn } from "../catalog/otherSessions";
import { ChangedError } from "../errors/advice";
import { sqlState } from "../errors/sqlstate";
import type { Operation } from "../operation/operation";
import { Wait } from "../operation/wait";
import type { Session } from "../session/session";
import { runWatched } from "./watchedStatement";

/** How long a short change waits for its lock before it gives way to others and retries. */
const LOCK_TIMEOUT = "1s";

/** Short statements that belong together. */
export interface Alteration {
  readonly sqls: readonly string[];
  /** What the statements do, as a verb phrase: "alter public.users_email_idx". */
  readonly what: string;
  /** The table whose open transactions can block the statements. */
  readonly tableOid: number;
  /** What must be so once they have run; otherwise they are rolled back. */
  readonly expects?: readonly ExpectedIndex[];
  /** Runs before every try; throws when the statements must not run. */
  readonly guard?: () => Promise<void>;
}

/**
 * An index and the name it must have. A statement finds an index by name, so only here, under its
 * lock, is it certain which one it has changed.
 */
export interface ExpectedIndex {
  readonly oid: number;
  /** Null if it must be gone. */
  readonly name: string | null;
  readonly valid?: boolean;
}

/**
 * Runs short statements in one transaction with a short lock timeout. Retries until it gets its
 * locks.
 */
export async function runAlteration(alteration: Alteration, operation: Operation): Promise<void> {
  const wait = new Wait(operation.ctx, `waiting to ${alteration.what}`);
  for (;;) {
    await alteration.guard?.();
    if (await tryAlter(alteration, operation)) return wait.over();
    const others = await oldTransactionsOn(operation.observer, alteration.tableOid, 0);
    await wait.on(others);
  }
}

async function tryAlter(
  { sqls, what: verb, expects = [] }: Alteration,
  operation: Operation,
): Promise<boolean> {
  const { builder } = operation;
  await builder.query("BEGIN");
  try {
    await builder.query("SELECT pg_catalog.set_config('lock_timeout', $1, true)", [LOCK_TIMEOUT]);
    for (const sql of sqls) await runWatched(sql, { ...operation, verb, isQuiet: true });
    await requireExpected(builder, verb, expects);
    await builder.query("COMMIT");
    return true;
  } catch (error) {
    // When the connection is lost, the first error says more than the ROLLBACK's.
    await builder.query("ROLLBACK").catch(() => undefined);
    if (sqlState(error) === "55P03") return false;
    // Nothing has the name any more.
    const isGone = sqlState(error) === "42P01" || sqlState(error) === "42704";
    throw isGone && expects.length > 0 ? changed(verb) : error;
  }
}

async function requireExpected(
  builder: Session,
  what: string,
  expects: readonly ExpectedIndex[],
): Promise<void> {
  for (const { oid, name, valid } of expects) {
    const [found] = await builder.query<{ name: string; valid: boolean }>(
      `SELECT c.relname AS name, i.indisvalid AS valid
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
        WHERE c.oid = $1`,
      [oid],
    );
    const isExpected =
      (found?.name ?? null) === name && (valid === undefined || found?.valid === valid);
    if (!isExpected) throw changed(what);
  }
}

function changed(what: string): ChangedError {
  return new ChangedError(`${what}: the index has changed since that was planned`);
}
