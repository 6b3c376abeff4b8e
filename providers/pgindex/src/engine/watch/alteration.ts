import { oldTransactionsOn } from "../catalog/otherSessions";
import { sqlState } from "../errors/sqlstate";
import type { Operation } from "../operation/operation";
import { Wait } from "../operation/wait";
import { runWatched } from "./watchedStatement";

/**
 * A short change gives way after this long, so that nobody queues behind it, and is tried again.
 */
const LOCK_TIMEOUT = "1s";

/** Short statements that belong together. */
export interface Alteration {
  readonly sqls: readonly string[];
  /** What is waited for, in words. */
  readonly what: string;
  /** The table whose users may be in the way. */
  readonly tableOid: number;
  /** Asked before every try; throws when the statements must not run. */
  readonly guard?: () => Promise<void>;
}

/**
 * Runs short statements in one transaction with a short lock timeout, again and again until it gets
 * its locks.
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

async function tryAlter({ sqls, what: verb }: Alteration, operation: Operation): Promise<boolean> {
  const { builder } = operation;
  await builder.query("BEGIN");
  try {
    await builder.query("SELECT pg_catalog.set_config('lock_timeout', $1, true)", [LOCK_TIMEOUT]);
    for (const sql of sqls) await runWatched(sql, { ...operation, verb, isQuiet: true });
    await builder.query("COMMIT");
    return true;
  } catch (error) {
    // Of a lost connection the first error tells more than that of the ROLLBACK.
    await builder.query("ROLLBACK").catch(() => undefined);
    if (sqlState(error) === "55P03") return false;
    throw error;
  }
}
