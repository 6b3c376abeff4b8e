import { existsSync } from "node:fs";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { runningOn } from "../tools/embedded/postmaster.ts";
import { serverAccount } from "../tools/embedded/serverAccount.ts";
import { serverFolderFor } from "../tools/embedded/serverFolder.ts";
import { type EmbeddedServer, startEmbedded, stopKept } from "../tools/embeddedPostgres.ts";
import { LOGS, PLACE, STACKS, type StackName } from "./demoPaths.ts";

export const SETTINGS = {
  // Typical for servers with solid-state disks.
  random_page_cost: 1.1,
  max_wal_size: "2GB",
  // Otherwise two builds on a small machine would take its last core away from the writers.
  max_parallel_maintenance_workers: 0,
};

export function startServer(name: StackName, version?: string): Promise<EmbeddedServer> {
  return startEmbedded({
    name,
    directory: wanted(name),
    database: "messaging",
    version,
    settings: SETTINGS,
  });
}

/** Removes a server and its data, but keeps its log. */
export async function removeServer(server: EmbeddedServer): Promise<void> {
  await server.stop();
  await keepLog(server.name, server.directory);
  await rm(server.directory, { recursive: true, force: true });
}

/** This clone's running servers, whoever started them. */
export function runningServers(): StackName[] {
  return STACKS.filter((name) => runningOn(join(folderOf(name), "data")) !== undefined);
}

/**
 * Stops and removes what an earlier run left. Returns the names of the servers that were running.
 */
export async function removeServers(): Promise<StackName[]> {
  const running = runningServers();
  for (const name of STACKS) {
    await stopKept(name, wanted(name));
    await keepLog(name, folderOf(name));
    await rm(folderOf(name), { recursive: true, force: true });
  }
  return running;
}

async function keepLog(name: string, folder: string): Promise<void> {
  const log = join(folder, "server.log");
  if (!existsSync(log)) return;
  await mkdir(LOGS, { recursive: true });
  await copyFile(log, join(LOGS, `${name}.log`));
}

const wanted = (name: StackName) => join(PLACE, "servers", name);

/**
 * Not always the requested folder, because the account that runs PostgreSQL may be unable to enter
 * that one.
 */
const folderOf = (name: StackName) =>
  serverFolderFor(name, wanted(name), serverAccount()).directory;
