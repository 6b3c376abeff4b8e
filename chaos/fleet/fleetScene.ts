// Databases on two embedded servers, the queue on a third, and the file of a fleet.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type pg from "pg";
import { type EmbeddedServer, startEmbedded } from "../../tools/embeddedPostgres.ts";
import { urlOfDatabase, withClient } from "../chaosServer.ts";
import { backendIn, writeProgram } from "./fleetProgram.ts";

export interface FleetScene {
  readonly folder: string;
  readonly servers: readonly EmbeddedServer[];
  /** Has the queue and the records, and no database of the fleet. */
  readonly queue: EmbeddedServer;
  readonly databases: readonly FleetDatabase[];
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface FleetDatabase {
  readonly name: string;
  readonly url: string;
  readonly server: number;
}

export interface SceneOptions {
  readonly folder: string;
  readonly databases: number;
  /** How long one build takes at least. */
  readonly buildMs: number;
  readonly waves: readonly object[];
  readonly maxBuildsPerServer: number;
  /** Whether each database is a stack of a Pulumi program; else the engine alone builds. */
  readonly stacks?: boolean;
}

const SETTINGS = { max_connections: 200, max_parallel_maintenance_workers: 0 };
const ROWS = 20;

/** The declared index: each of its rows takes a moment, and none may be there twice. */
export const INDEX = "events_slow_idx";

export async function makeScene(options: SceneOptions): Promise<FleetScene> {
  const { folder } = options;
  mkdirSync(folder, { recursive: true });
  const [queue, ...servers] = await Promise.all(
    ["fleet-queue", "fleet-a", "fleet-b"].map((name) =>
      startEmbedded({ name, settings: SETTINGS }),
    ),
  );
  if (!queue) throw new Error("no server has started");
  const stop = async () => void (await Promise.all([queue, ...servers].map((it) => it.stop())));
  try {
    const databases = await makeDatabases(servers, options);
    writeFiles(databases, options);
    const env = { ...environment(queue, servers), ...(options.stacks && backendIn(folder)) };
    return { folder, servers, queue, databases, env, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The targets' file has no password: those come from the environment, as in real life. */
function environment(
  queue: EmbeddedServer,
  servers: readonly EmbeddedServer[],
): Record<string, string> {
  const urls = servers.map(({ url }, i) => [`FLEET_SERVER_${i}`, url]);
  return { PGINDEX_FLEET_URL: queue.url, ...Object.fromEntries(urls) };
}

async function makeDatabases(
  servers: readonly EmbeddedServer[],
  { databases, buildMs }: SceneOptions,
): Promise<FleetDatabase[]> {
  await Promise.all(servers.map(({ url }) => makeTemplate(url, buildMs)));
  const made = Array.from({ length: databases }, (_, i) => {
    const server = i % servers.length;
    const name = `tenant_${String(i).padStart(4, "0")}`;
    return { name, server, url: urlOfDatabase(servers[server]?.url ?? "", name) };
  });
  // CREATE DATABASE … TEMPLATE is one at a time on each server.
  await Promise.all(
    servers.map(({ url }, i) =>
      withClient(url, async (client) => {
        for (const { name, server } of made)
          if (server === i) await client.query(`CREATE DATABASE ${name} TEMPLATE fleet_template`);
      }),
    ),
  );
  return made;
}

async function makeTemplate(url: string, buildMs: number): Promise<void> {
  await withClient(url, (client) => client.query("CREATE DATABASE fleet_template"));
  await withClient(urlOfDatabase(url, "fleet_template"), (client) =>
    fillTemplate(client, buildMs / ROWS / 1000),
  );
}

async function fillTemplate(client: pg.Client, seconds: number): Promise<void> {
  await client.query(`
    CREATE TABLE events (id int, account_id int);
    INSERT INTO events SELECT n, n FROM generate_series(1, ${ROWS}) n;
    CREATE FUNCTION slowly(value int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
      BEGIN PERFORM pg_catalog.pg_sleep(${seconds}); RETURN value; END $$;
    ANALYZE events`);
}

function writeFiles(
  databases: readonly FleetDatabase[],
  { folder, waves, maxBuildsPerServer, stacks }: SceneOptions,
): void {
  const module = `module.exports = () => ${JSON.stringify(
    databases.map(({ name, server }) => ({ name, server })),
  )}.map(({ name, server }) => {
    const url = new URL(process.env["FLEET_SERVER_" + server]);
    url.pathname = "/" + name;
    return { name, url: url.href, labels: { half: String(server) } };
  });`;
  writeFileSync(join(folder, "targets.cjs"), module);
  const columns = [{ expression: "public.slowly(account_id)" }];
  const index = { table: "events", name: INDEX, columns, unique: true };
  if (stacks) writeProgram(folder, index);
  const declared = stacks ? { stack: { program: "." } } : { indexes: [index] };
  const targets = { module: "targets.cjs" };
  const fleet = { name: "chaos", targets, ...declared, waves, maxBuildsPerServer };
  writeFileSync(join(folder, "fleet.yaml"), JSON.stringify(fleet, null, 2));
}
