import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { PARTITIONED, TABLES } from "../application/chaosTables.ts";
import { pickAt } from "./seededRandom.ts";
import type { Event } from "./troubleSchedule.ts";

/** How long a trouble waits for something to hit. */
const AIM_MS = 5_000;

/** The troubles that one session makes; `undefined` for a kind that is none. */
export function sessionTrouble({ kind, pick, holdMs }: Event, client: pg.Client): Promise<boolean> {
  const table = pickAt(TABLES, pick) as string;
  switch (kind) {
    case "terminate":
      return aim(() => signalSession(client, "pg_terminate_backend", pick));
    case "cancel":
      return aim(() => signalSession(client, "pg_cancel_backend", pick));
    case "snapshot":
      return hold(
        client,
        holdMs,
        "BEGIN ISOLATION LEVEL REPEATABLE READ",
        "SELECT 1 FROM pg_class",
      );
    case "open write":
      return hold(client, holdMs, "BEGIN", `UPDATE app.${table} SET amount = 0 WHERE id = 0`);
    case "open read":
      return hold(client, holdMs, "BEGIN", `SELECT count(*) FROM app.${table} WHERE id < 10`);
    case "ALTER TABLE, patient":
      return run(client, `ALTER TABLE app.${table} ALTER COLUMN amount SET DEFAULT 0`);
    case "ALTER TABLE, lock_timeout":
      return alterBriefly(client, table);
    case "ANALYZE":
      return run(client, `ANALYZE app.${table}`);
    case "CREATE INDEX, other tool":
      return buildBeside(client, table);
    case "exchange of names, other tool":
      return exchange(client, { table, pick, holdMs });
    default:
      throw new Error(`${kind} is not a trouble for a session`);
  }
}

/** Signals a session that builds or drops, or one that watches it. */
async function signalSession(client: pg.Client, by: string, pick: number): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
      WHERE application_name ~ '^pgindex (watch )?(build|drop) ' AND pid <> pg_backend_pid()
      ORDER BY state <> 'active', application_name, pid`,
  );
  const session = pickAt(rows, pick);
  if (!session) return false;
  await client.query(`SELECT ${by}($1)`, [session.pid]);
  return true;
}

async function hold(
  client: pg.Client,
  ms: number,
  begin: string,
  statement: string,
): Promise<boolean> {
  await client.query(begin);
  await client.query(statement);
  await sleep(ms);
  await client.query("ROLLBACK");
  return true;
}

/**
 * What the statement does matters little; what counts is that it waits. Refused, cancelled and
 * deadlocked statements have hit too.
 */
async function run(client: pg.Client, sql: string): Promise<boolean> {
  await client.query(sql).catch(() => {});
  return true;
}

async function alterBriefly(client: pg.Client, table: string): Promise<boolean> {
  await client.query("SET lock_timeout = '500ms'");
  return run(client, `ALTER TABLE app.${table} ALTER COLUMN amount SET DEFAULT 1`);
}

export const OTHER_INDEX = "other_tool_idx";

/** Another tool's index, built on its own account; whatever comes of it is removed. */
async function buildBeside(client: pg.Client, table: string): Promise<boolean> {
  const on = table === PARTITIONED ? `${table}_0` : table;
  await run(client, `CREATE INDEX CONCURRENTLY ${OTHER_INDEX} ON app.${on} (amount, state)`);
  return run(client, `DROP INDEX CONCURRENTLY IF EXISTS app.${OTHER_INDEX}`);
}

/**
 * Another tool gives one of our indexes another name and its own index ours, and thinks better of
 * it: for that time, whoever looks the name up waits.
 */
async function exchange(
  client: pg.Client,
  {
    table,
    pick,
    holdMs,
  }: { readonly table: string; readonly pick: number; readonly holdMs: number },
): Promise<boolean> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT indexrelid::regclass::text AS name FROM pg_index JOIN pg_class i ON i.oid = indexrelid
      WHERE indrelid = $1::regclass AND indisvalid AND NOT indisprimary
        AND relname !~ '^other_tool' ORDER BY 1`,
    [`app.${table}`],
  );
  const ours = pickAt(rows, pick);
  if (!ours) return false;
  await client.query("BEGIN; SET LOCAL lock_timeout = '1s'");
  await client.query(`ALTER INDEX ${ours.name} RENAME TO other_tool_old`).catch(() => {});
  await sleep(holdMs / 2);
  await client.query("ROLLBACK");
  return true;
}

/** Tries until it hits, or until the time is over. */
export async function aim(shoot: () => boolean | undefined | Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + AIM_MS;
  while (Date.now() < deadline) {
    if (await shoot()) return true;
    await sleep(100);
  }
  return false;
}
