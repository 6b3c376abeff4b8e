import pg from "pg";
import { type Cluster, USER } from "./serverCluster.ts";

export const HOST = "127.0.0.1";

/** A server's port and password. */
interface Address {
  readonly home: Cluster;
  readonly port: number;
}

/** Creates the database if it is missing. Returns the server's version. */
export async function prepareDatabase(server: Address, database: string): Promise<string> {
  const client = new pg.Client({ connectionString: urlOf(server, "postgres") });
  await client.connect();
  try {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
    if (found.rowCount === 0)
      await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
    return (await client.query("SHOW server_version")).rows[0].server_version;
  } finally {
    await client.end();
  }
}

export function urlOf({ home, port }: Address, database: string): string {
  return `postgresql://${USER}:${home.password}@${HOST}:${port}/${encodeURIComponent(database)}`;
}
