import { isYieldingAutovacuum } from "../catalog/sessions/otherSessions";
import { sqlState } from "../errors/sqlstate";
import type { Operation } from "../operation/operation";
import { onlyRow } from "../session/query";
import { qualified } from "../text/sql";
import { runWatched } from "../watch/watchedStatement";
import type { InTheWay } from "./stoppingLock";

/** More than deadlock_timeout: autovacuum is cancelled by the deadlock check of who waits. */
const GRACE_MS = 2_000;

/**
 * Autovacuum gives way to a request that waits for `deadlock_timeout`, far longer than we may ask
 * for a lock that stops the application. So this queues for SHARE UPDATE EXCLUSIVE, which no read
 * and no write waits behind. Returns who else is in the way.
 */
export async function pushAutovacuum(
  others: readonly InTheWay[],
  operation: Operation,
): Promise<readonly InTheWay[]> {
  const vacuums = others.filter(isYieldingAutovacuum);
  const rest = others.filter((other) => !isYieldingAutovacuum(other));
  if (rest.length > 0) return others;
  const tables = (await Promise.all(vacuums.map(({ pid }) => tablesOf(operation, pid)))).flat();
  if (tables.length === 0) return vacuums;
  for (const table of tables) await queueBehind(table, operation);
  return [];
}

interface Place {
  readonly schema: string;
  readonly name: string;
}

/** Only what LOCK TABLE takes; a materialized view's autovacuum has to end by itself. */
async function tablesOf({ observer }: Operation, pid: number): Promise<Place[]> {
  return observer.query<Place>(
    `SELECT n.nspname AS schema, c.relname AS name
       FROM pg_locks l JOIN pg_class c ON c.oid = l.relation AND c.relkind = 'r'
       JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE l.pid = $1 AND l.granted AND l.locktype = 'relation'
        AND l.mode = 'ShareUpdateExclusiveLock'
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [pid],
  );
}

async function queueBehind({ schema, name }: Place, operation: Operation): Promise<void> {
  const { builder } = operation;
  const label = `${schema}.${name}`;
  const { timeout } = onlyRow(
    await builder.query<{ timeout: number }>(
      `SELECT setting::int + ${GRACE_MS} AS timeout FROM pg_catalog.pg_settings
        WHERE name = 'deadlock_timeout'`,
    ),
  );
  await builder.query("BEGIN");
  try {
    await builder.query("SELECT pg_catalog.set_config('lock_timeout', $1, true)", [
      String(timeout),
    ]);
    const sql = `LOCK TABLE ONLY ${qualified(schema, name)} IN SHARE UPDATE EXCLUSIVE MODE`;
    const verb = `waiting for autovacuum to leave ${label}`;
    await runWatched(sql, { ...operation, verb, isQuiet: true });
  } catch (error) {
    // Not in time, or without the right to lock the table: autovacuum ends by itself.
    if (sqlState(error) !== "55P03" && sqlState(error) !== "42501") throw error;
  } finally {
    await builder.query("ROLLBACK").catch(() => undefined);
  }
}
