import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { expect, inject } from "vitest";
import type { LiveIndex } from "../../../providers/pgindex/src/engine/catalog/liveIndex.ts";
import type { IndexIdentity } from "../../../providers/pgindex/src/engine/compare/identity.ts";
import type { TestDatabase } from "../server/database.ts";

/** Whether the server is new enough; `since` is a `server_version_num`. */
export function serverHas(since: number): boolean {
  return inject("server").versionNumber >= since;
}

/** Waits until `probe` gives something; polls, so that no test depends on a duration. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited 60 s in vain for: ${what}`);
    await delay(20);
  }
}

/**
 * Vacuums a table until all of its pages are visible to everybody, so that the planner may count on
 * index-only scans. An ANALYZE of autovacuum that began before the rows were there keeps a VACUUM
 * from seeing that.
 */
export async function vacuum(db: TestDatabase, table: string): Promise<void> {
  await until(`all of ${table} is visible`, async () => {
    await db.query(`VACUUM ANALYZE ${table}`);
    const [row] = await db.query<{ visible: boolean }>(
      "SELECT relallvisible = relpages AS visible FROM pg_class WHERE oid = $1::regclass",
      [table],
    );
    return row?.visible;
  });
}

/** `indisvalid/indisready/indislive`, as in `t/t/t`; undefined when there is no such index. */
export async function stateOf(
  db: Pick<TestDatabase, "query">,
  index: string,
): Promise<string | undefined> {
  const [row] = await db.query<{ state: string }>(
    `SELECT concat_ws('/', i.indisvalid, i.indisready, i.indislive) AS state
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = $1`,
    [index],
  );
  return row?.state;
}

/** `pg_get_indexdef` with every name qualified. */
export async function definitionOf(
  db: TestDatabase,
  schema: string,
  index: string,
): Promise<string> {
  const [row] = await db.query<{ definition: string }>(
    `SELECT set_config('search_path', '', false),
            (SELECT pg_get_indexdef(c.oid) FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE n.nspname = $1 AND c.relname = $2) AS definition`,
    [schema, index],
  );
  return row?.definition ?? "";
}

export async function oidOf(db: TestDatabase, index: string): Promise<number | undefined> {
  const [row] = await db.query<{ oid: number }>("SELECT oid FROM pg_class WHERE relname = $1", [
    index,
  ]);
  return row?.oid;
}

/** An open transaction that stands in somebody's way. */
export interface Holder {
  readonly pid: number;
  readonly client: pg.Client;
  /** Rolls back and closes the connection. */
  release(): Promise<void>;
}

const holders = new WeakMap<TestDatabase, Holder[]>();

/** Opens a transaction on a session of its own, runs the statements and leaves it open. */
export async function hold(
  db: TestDatabase,
  begin: string,
  ...statements: string[]
): Promise<Holder> {
  const client = await db.connect();
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  for (const statement of [begin, ...statements]) await client.query(statement);
  const release = async () => {
    await client.query("ROLLBACK").catch(() => undefined);
    await client.end().catch(() => undefined);
  };
  const holder = { pid: rows[0]?.pid ?? 0, client, release };
  holders.set(db, [...(holders.get(db) ?? []), holder]);
  return holder;
}

/** Gives way to whatever a test has left waiting, and sees that it ends: for afterEach. */
export async function settle(db: TestDatabase): Promise<void> {
  for (const holder of holders.get(db) ?? []) await holder.release();
  holders.delete(db);
  await expectNothingOpen(db);
}

/** A transaction that wrote the table: a build waits for it before and after its scan. */
export function holdWrite(db: TestDatabase, table: string): Promise<Holder> {
  return hold(db, "BEGIN", `DELETE FROM ${table} WHERE false`);
}

/**
 * A transaction with an old snapshot, which touched no table of ours: a build waits for it at its
 * end.
 */
export function holdSnapshot(db: TestDatabase): Promise<Holder> {
  return hold(db, "BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT 1 FROM pg_am LIMIT 1");
}

/**
 * Waits until a concurrent build is in a phase, and gives its pid. The plain build on a clone, by
 * which a declaration is compared, passes through the same phases.
 */
export function untilPhase(db: TestDatabase, phase: string): Promise<number> {
  return until(`a build in phase ${phase}`, async () => {
    const rows = await db.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_progress_create_index
        WHERE phase = $1 AND datname = current_database() AND command LIKE '%CONCURRENTLY'`,
      [phase],
    );
    return rows[0]?.pid;
  });
}

/** Waits until a session whose statement looks like this waits for a lock, and gives its pid. */
export function untilWaiting(db: TestDatabase, statement: string): Promise<number> {
  return until(`${statement} waits for a lock`, async () => {
    const rows = await db.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database()
          AND wait_event_type = 'Lock' AND query ILIKE $1`,
      [`${statement}%`],
    );
    return rows[0]?.pid;
  });
}

/** Who waits for a relation of this database: other test files use the same server. */
export const QUEUED = `SELECT l.relation FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE NOT l.granted AND l.locktype = 'relation' AND d.datname = current_database()`;

/** Every session of the engine is gone, and so is every lock of its kind. */
export async function expectNothingOpen(db: TestDatabase): Promise<void> {
  await until("the engine's sessions are closed", async () => {
    const rows = await db.query(
      `SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'pgindex %'`,
    );
    return rows.length === 0;
  });
  const locks = await db.query(
    `SELECT pid FROM pg_locks WHERE locktype = 'advisory'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  expect(locks).toEqual([]);
}

/** The lines of a preview after its first, which tells the size of the table. */
export function stepsOf(lines: readonly string[], table: string): string[] {
  const [size = "", ...steps] = lines;
  expect(size).toMatch(/^.+ has (never been analyzed|[\d,]+ rows, [\d.]+ (bytes|[kMG]B))$/);
  expect(size.startsWith(`${table} has `), size).toBe(true);
  return steps;
}

/** What a preview says when the declared index stands already. */
export const BUILDS_NOTHING = "builds nothing: a valid index with this definition already exists";

/** What a stack remembers of an index that it built. */
export function identityOf({ schema, name, table, canonical }: LiveIndex): IndexIdentity {
  return { schema, name, table, canonical };
}
