import { advisoryLockHolders } from "../catalog/sessions/otherSessions";
import { onlyRow } from "../session/query";
import type { Session } from "../session/session";
import type { Operation, TableName } from "./operation";
import { Wait } from "./wait";

/** The first key of our advisory locks: "pgix" in ASCII. */
const LOCK_CLASS = 0x70676978;

/**
 * Takes the table's key, an advisory lock, on the building session itself, so the key also proves
 * that the builder is alive. There is one key per table, for drops and ANALYZE too: two concurrent
 * builds on one table always deadlock.
 *
 * Polls instead of waiting in pg_advisory_lock(): a session that waits there holds a snapshot, and
 * a build that waits for snapshots would deadlock with it.
 */
export async function takeTableKey(
  { builder, observer, ctx }: Operation,
  table: TableName,
): Promise<void> {
  const wait = new Wait(ctx, `another pgindex is working on ${table.schema}.${table.table}`);
  for (;;) {
    const { key, locked } = await tryLock(builder, table);
    if (locked) break;
    await wait.on(await advisoryLockHolders(observer, LOCK_CLASS, key));
  }
  wait.over();
}

/**
 * Takes the keys of several tables for a short transaction, in the order of the tables, without a
 * wait. False for a table whose key another has.
 */
export async function tryTableKeys(
  session: Session,
  tables: readonly TableName[],
): Promise<readonly boolean[]> {
  const rows = await session.query<{ locked: boolean }>(
    `SELECT pg_catalog.pg_try_advisory_xact_lock($1::int4, pg_catalog.hashtext(name)) AS locked
       FROM pg_catalog.unnest($2::text[]) WITH ORDINALITY AS t (name, number) ORDER BY number`,
    [LOCK_CLASS, tables.map(textOf)],
  );
  return rows.map(({ locked }) => locked);
}

/** Releases the table's key before the session ends. */
export async function returnTableKey({ builder }: Operation, table: TableName): Promise<void> {
  await builder.query(
    "SELECT pg_catalog.pg_advisory_unlock($1::int4, pg_catalog.hashtext($2::text))",
    [LOCK_CLASS, textOf(table)],
  );
}

function textOf({ schema, table }: TableName): string {
  return JSON.stringify([schema, table]);
}

async function tryLock(
  session: Session,
  table: TableName,
): Promise<{ readonly key: number; readonly locked: boolean }> {
  const rows = await session.query<{ key: number; locked: boolean }>(
    `SELECT key, pg_catalog.pg_try_advisory_lock($1::int4, key) AS locked
       FROM pg_catalog.hashtext($2::text) AS key`,
    [LOCK_CLASS, textOf(table)],
  );
  return onlyRow(rows);
}
