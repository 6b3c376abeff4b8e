import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";

type Row = pg.QueryResultRow;

/** A database of its own on the shared server, so that test files do not meet each other. */
export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  /** A superuser's connection. */
  readonly client: pg.Client;
  query<R extends Row = Row>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** Another connection, closed by `drop` at the latest. */
  connect(): Promise<pg.Client>;
  /** Ends every session on the database and removes it. */
  drop(): Promise<void>;
}

/** On another server when given a superuser's URL of that; `like`: what follows CREATE DATABASE. */
export async function createDatabase(
  adminUrl: string = inject("server").url,
  like = "",
): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await withClient(adminUrl, (admin) => admin.query(`CREATE DATABASE ${name} ${like}`));
  const url = withDatabase(adminUrl, name);
  const open: pg.Client[] = [];
  const connect = async () => {
    const client = new pg.Client({ connectionString: url });
    // A session that a test (or `drop`) terminates must not end the test process.
    client.on("error", () => {});
    await client.connect();
    open.push(client);
    return client;
  };
  const client = await connect();
  // The default since 15. Where others may create, a superuser measures nothing.
  await client.query("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
  return {
    name,
    url,
    client,
    connect,
    query: async <R extends Row>(sql: string, values: readonly unknown[] = []) =>
      (await client.query<R>(sql, [...values])).rows,
    drop: async () => {
      await withClient(url, rollBackPrepared);
      await Promise.all(open.map((each) => each.end().catch(() => {})));
      await withClient(adminUrl, (admin) => admin.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

/** A prepared transaction belongs to no session, and keeps its database from being dropped. */
async function rollBackPrepared(client: pg.Client): Promise<void> {
  const { rows } = await client.query(
    "SELECT gid FROM pg_prepared_xacts WHERE database = current_database()",
  );
  for (const { gid } of rows) {
    await client.query(`ROLLBACK PREPARED ${client.escapeLiteral(gid)}`);
  }
}

export async function withClient<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
