import pg from "pg";

/** What a server has counted of one database. */
export interface Counted {
  readonly sessions: number;
  readonly statements: number;
  /** Milliseconds in which it ran them. */
  readonly serverMs: number;
  readonly peakSessions: number;
}

/** The statements that were sent most often, for who asks where they come from. */
export interface StatementKind {
  readonly calls: number;
  readonly ms: number;
  readonly text: string;
}

/** Settings of a server whose counters are read. */
export const COUNTING = {
  shared_preload_libraries: "pg_stat_statements",
  "pg_stat_statements.max": 10_000,
} as const;

const SAMPLE_MS = 50;

/** Counts from another database of the server, so that nothing of its own is among it. */
export class ServerCounters {
  readonly #client: pg.Client;
  readonly #database: string;
  #timer: NodeJS.Timeout | undefined;
  #peak = 0;

  private constructor(client: pg.Client, database: string) {
    this.#client = client;
    this.#database = database;
  }

  static async open(url: string, database: string): Promise<ServerCounters> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
    return new ServerCounters(client, database);
  }

  async start(): Promise<void> {
    await this.#client.query("SELECT pg_stat_statements_reset()");
    this.#before = await this.#sessions();
    this.#peak = 0;
    // A command that failed has closed the client, and is what is to be said.
    const sample = () => void this.#sample().catch(() => undefined);
    this.#timer = setInterval(sample, SAMPLE_MS);
  }

  async stop(): Promise<Counted> {
    clearInterval(this.#timer);
    const { rows } = await this.#client.query(
      `SELECT coalesce(sum(calls), 0)::float8 AS statements,
              coalesce(sum(total_exec_time + total_plan_time), 0)::float8 AS ms
         FROM pg_stat_statements
        WHERE dbid = (SELECT oid FROM pg_database WHERE datname = $1)`,
      [this.#database],
    );
    const { statements, ms } = rows[0];
    const sessions = (await this.#sessions()) - this.#before;
    return { sessions, statements, serverMs: Math.round(ms), peakSessions: this.#peak };
  }

  async kinds(most = 40): Promise<StatementKind[]> {
    const { rows } = await this.#client.query(
      `SELECT calls::float8 AS calls, round(total_exec_time)::float8 AS ms,
              left(regexp_replace(query, '\\s+', ' ', 'g'), 110) AS text
         FROM pg_stat_statements
        WHERE dbid = (SELECT oid FROM pg_database WHERE datname = $1)
        ORDER BY calls DESC LIMIT $2`,
      [this.#database, most],
    );
    return rows;
  }

  close(): Promise<void> {
    return this.#client.end();
  }

  #before = 0;

  async #sample(): Promise<void> {
    const { rows } = await this.#client.query(
      `SELECT count(*)::int AS n FROM pg_stat_activity
        WHERE datname = $1 AND application_name LIKE 'pgindex%'`,
      [this.#database],
    );
    this.#peak = Math.max(this.#peak, rows[0].n);
  }

  /** A session reports itself when it ends. */
  async #sessions(): Promise<number> {
    const { rows } = await this.#client.query(
      "SELECT sessions::float8 AS n FROM pg_stat_database WHERE datname = $1",
      [this.#database],
    );
    return rows[0].n;
  }
}
