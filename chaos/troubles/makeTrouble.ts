import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { EmbeddedServer } from "../../tools/embeddedPostgres.ts";
import { withClient } from "../chaosServer.ts";
import type { Stack } from "../stacks/chaosStack.ts";
import { PARTITIONED, TABLES } from "../application/chaosTables.ts";
import type { RunRecord } from "../judge/runRecord.ts";
import { pickAt } from "./seededRandom.ts";
import type { Event, Trouble } from "./troubleSchedule.ts";

/** The targets of the troubles. */
export interface Arena {
  readonly server: EmbeddedServer;
  readonly stacks: readonly Stack[];
  readonly record: RunRecord;
}

/** How long a trouble waits for something to hit. */
const AIM_MS = 5_000;

/** Makes one trouble, and returns whether it hit. Everything it opened is closed when it ends. */
export async function makeTrouble(event: Event, arena: Arena): Promise<boolean> {
  const { kind, pick } = event;
  const cli = pickAt(arena.stacks, pick)?.cli;
  switch (kind) {
    case "kill CLI":
      return aim(() => cli?.kill());
    case "kill provider":
      return aim(() => cli?.killProvider());
    case "interrupt":
      return aim(() => cli?.interrupt());
    case "restart, fast":
    case "restart, immediate":
      return arena.record.during(kind, () => restart(arena.server, kind));
    default:
      return arena.record.during(kind, () =>
        withClient(arena.server.url, (client) => trouble(event, client)),
      );
  }
}

async function trouble({ kind, pick, holdMs }: Event, client: pg.Client): Promise<boolean> {
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
      await client.query("SET lock_timeout = '500ms'");
      return run(client, `ALTER TABLE app.${table} ALTER COLUMN amount SET DEFAULT 1`);
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
      WHERE indrelid = $1::regclass AND indisvalid AND NOT indisprimary ORDER BY 1`,
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

export const OTHER_INDEX = "other_tool_idx";

async function restart(server: EmbeddedServer, kind: Trouble): Promise<boolean> {
  if (kind === "restart, immediate") await server.stopImmediately();
  await server.restart();
  return true;
}

async function aim(shoot: () => boolean | undefined | Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + AIM_MS;
  while (Date.now() < deadline) {
    if (await shoot()) return true;
    await sleep(100);
  }
  return false;
}
