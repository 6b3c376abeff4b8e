import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { type EmbeddedServer, startEmbedded } from "../tools/embeddedPostgres.ts";

/** Sessions of the troublemaker and the judge, never of the product. */
export const OTHER_TOOL = "chaos other tool";

const SETTINGS = {
  max_connections: 200,
  max_wal_size: "1GB",
  // On a small machine, a parallel build would take the last core away from the application.
  max_parallel_maintenance_workers: 0,
  // Makes the log say who waited for whom.
  log_lock_waits: "on",
  log_line_prefix: "%m [%p] %a ",
};

export async function startServer(version: string | undefined): Promise<EmbeddedServer> {
  return startEmbedded({ name: "chaos", version, database: "chaos", settings: SETTINGS });
}

export async function withClient<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: OTHER_TOOL });
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** The same server's URL for another database. */
export function urlOfDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

/** How often {@link patiently} tries, every half second. */
const TRIES = 120;

/** For what has to be done, though the server is restarted or a table is locked for the moment. */
export async function patiently<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await withClient(url, work);
    } catch (error) {
      if (tries === TRIES) throw error;
      await sleep(500);
    }
  }
}
