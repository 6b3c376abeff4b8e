import { oldTransactionsOn } from "../catalog/otherSessions";
import { sqlState } from "../errors/sqlstate";
import type { Operation } from "../operation/operation";
import { Wait } from "../operation/wait";
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
  /** Runs before every try; throws when the statements must not run. */
  readonly guard?: () => Promise<void>;
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

async function tryAlter({ sqls, what: verb }: Alteration, operation: Operation): Promise<boolean> {
  const { builder } = operation;
  await builder.query("BEGIN");
  try {
    await builder.query("SELECT pg_catalog.set_config('lock_timeout', $1, true)", [LOCK_TIMEOUT]);
    for (const sql of sqls) await runWatched(sql, { ...operation, verb, isQuiet: true });
    await builder.query("COMMIT");
    return true;
  } catch (error) {
    // When the connection is lost, the first error says more than the ROLLBACK's.
    await builder.query("ROLLBACK").catch(() => undefined);
    if (sqlState(error) === "55P03") return false;
    throw error;
  }
}
