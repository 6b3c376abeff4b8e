import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { serverAccount } from "../../../tools/embedded/serverAccount.ts";
import { enterableFolder } from "../../../tools/embedded/serverBinaries.ts";
import { type EmbeddedServer, startEmbedded } from "../../../tools/embeddedPostgres.ts";
import { until } from "../engine/engineDatabase.ts";

/** A primary, and a standby that streams from it. */
export interface Pair {
  readonly primary: EmbeddedServer;
  readonly standby: EmbeddedServer;
  /** The URL of both, in this order. */
  url(servers: readonly EmbeddedServer[], parameters?: string): string;
  /** Waits until the standby has replayed what the primary has written. */
  caughtUp(): Promise<void>;
  /** The primary crashes, and the standby takes its place. */
  failOver(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * `prepare` is SQL, run before the standby is copied (cold: the embedded servers have no
 * pg_basebackup).
 */
export async function startPair(prepare: string): Promise<Pair> {
  const parent = mkdtempSync(join(enterableFolder(serverAccount()), "pgindex-pair-"));
  spawnSync("chmod", ["755", parent]);
  const version = process.env.TEST_POSTGRES_VERSION;
  const start = (name: string, port?: number, settings = {}) =>
    startEmbedded({ name, directory: join(parent, name), port, settings, version });
  const first = await start("primary");
  await ask(first, prepare);
  await first.stop();
  spawnSync("cp", ["-a", join(parent, "primary"), join(parent, "standby")]);
  writeFileSync(join(parent, "standby", "data", "standby.signal"), "");
  const primary = await start("primary", first.port);
  const { port, user, password } = primary;
  const standby = await start("standby", undefined, {
    primary_conninfo: `host=127.0.0.1 port=${port} user=${user} password=${password}`,
  });
  const caughtUp = async () => {
    const [row] = await ask(primary, "SELECT pg_current_wal_lsn() AS lsn");
    const replayed = "SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS done";
    await until("the standby has caught up", async () => {
      const [{ done } = { done: false }] = await ask(standby, replayed, [row?.lsn]);
      return done === true;
    });
  };
  return {
    primary,
    standby,
    url: (servers, parameters = "") => {
      const hosts = servers.map((server) => `127.0.0.1:${server.port}`).join(",");
      return `postgresql://${user}:${password}@${hosts}/postgres?${parameters}`;
    },
    caughtUp,
    failOver: async () => {
      await primary.stopImmediately();
      await ask(standby, "SELECT pg_promote()");
    },
    stop: async () => {
      await Promise.all([primary.stop(), standby.stop()]);
      rmSync(parent, { recursive: true, force: true });
    },
  };
}

/** One statement on a connection of its own. */
export async function ask(
  { url }: EmbeddedServer,
  sql: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql, values.length === 0 ? undefined : values)).rows ?? [];
  } finally {
    await client.end();
  }
}
