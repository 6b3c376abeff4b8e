import pRetry from "p-retry";
import { Pool, type PoolClient } from "pg";
import { ClosingClient } from "../../engine/connection/closeClient";
import { PgIndexError } from "../../engine/errors/advice";
import { isConnectionLoss, isUnreachable, sqlState } from "../../engine/errors/sqlstate";
import type { Query } from "../../engine/session/query";
import { TABLES } from "./controlTables";
import { awayAdvice, newerTablesAdvice } from "./queueMessages";

/** The database that has the queue and the records of fleets. */
export interface Control {
  readonly url: string;
  /** Asks again while the server is away; for what may run twice. */
  readonly query: Query;
  /** One transaction, begun again while the server is away: it must hold twice as well. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The layout of our tables. */
const VERSION = 1;

/** Shutting down, starting up, a server that takes no writes yet; a transaction that lost to another. */
const PASSING = new Set(["57P01", "57P02", "57P03", "25006", "40001", "40P01"]);

/** A restart or a failover is over by then. */
const RETRIES = { retries: 40, minTimeout: 100, maxTimeout: 5_000 };

/**
 * Connects, and makes our tables if they are not there. Throws {@link PgIndexError} if the database is
 * away, or of a newer release.
 */
export async function openControl(url: string, isPatient = false): Promise<Control> {
  const login = { connectionString: url, application_name: "pgindex fleet" };
  const pool = new Pool({ ...login, max: 4, Client: ClosingClient });
  // The next query says it too; without a listener the process would end.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  const control: Control = {
    url,
    query: (text, values) =>
      patiently(async () => (await pool.query(text, values && [...values])).rows),
    transaction: (work) => patiently(() => transact(pool, work)),
    close: () => pool.end(),
  };
  try {
    await (isPatient ? patiently(() => prepare(pool)) : prepare(pool));
    return control;
  } catch (error) {
    await control.close();
    if (error instanceof PgIndexError) throw error;
    throw new PgIndexError(awayAdvice(error), { cause: error });
  }
}

async function prepare(pool: Pool): Promise<void> {
  await transact(pool, async (query) => {
    // Two processes can begin at the same time.
    await query("SELECT pg_advisory_xact_lock(hashtext('pgindex_fleet'))");
    const [{ exists } = { exists: false }] = await query<{ exists: boolean }>(
      "SELECT to_regclass('pgindex_fleet.layout') IS NOT NULL AS exists",
    );
    if (!exists) for (const statement of TABLES) await query(statement);
    const [{ version } = { version: 0 }] = await query<{ version: number }>(
      "SELECT version FROM pgindex_fleet.layout",
    );
    if (version > VERSION) throw new PgIndexError(newerTablesAdvice(version, VERSION));
  });
}

async function transact<T>(pool: Pool, work: (query: Query) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let problem: Error | undefined;
  try {
    await client.query("BEGIN");
    const result = await work(queryOf(client));
    await client.query("COMMIT");
    return result;
  } catch (error) {
    problem = error as Error;
    await client.query("ROLLBACK").then(
      () => {
        problem = undefined;
      },
      () => undefined,
    );
    throw error;
  } finally {
    client.release(problem);
  }
}

function queryOf(client: PoolClient): Query {
  return async (text, values) => (await client.query(text, values && [...values])).rows;
}

function patiently<T>(work: () => Promise<T>): Promise<T> {
  return pRetry(work, { ...RETRIES, shouldRetry: ({ error }) => isPassing(error) });
}

/** Whether the control database may be back soon. */
export function isPassing(error: unknown): boolean {
  return isConnectionLoss(error) || isUnreachable(error) || PASSING.has(sqlState(error) ?? "");
}
