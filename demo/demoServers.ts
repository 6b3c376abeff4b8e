import { existsSync } from "node:fs";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { runningOn } from "../tools/embedded/postmaster.ts";
import { serverAccount } from "../tools/embedded/serverAccount.ts";
import { serverFolderFor } from "../tools/embedded/serverFolder.ts";
import { type EmbeddedServer, startEmbedded, stopKept } from "../tools/embeddedPostgres.ts";
import { LOGS, PLACE, STACKS, type StackName } from "./demoPaths.ts";

const SETTINGS = {
  // As on any server with solid-state disks.
  random_page_cost: 1.1,
  max_wal_size: "2GB",
  // Two builds on a small machine would otherwise take its last core from the writers.
  max_parallel_maintenance_workers: 0,
};

export function startServer(name: StackName): Promise<EmbeddedServer> {
  return startEmbedded({
    name,
    directory: wanted(name),
    database: "messaging",
    settings: SETTINGS,
  });
}

/** Its log outlives it, its data does not. */
export async function removeServer(server: EmbeddedServer): Promise<void> {
  await server.stop();
  await keepLog(server.name, server.directory);
  await rm(server.directory, { recursive: true, force: true });
}

/** Those of this clone that run, whoever started them. */
export function runningServers(): StackName[] {
  return STACKS.filter((name) => runningOn(join(folderOf(name), "data")) !== undefined);
}

/** Ends and removes what an earlier run left. Returns the names of those that ran. */
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
 * Not always the folder wanted: the account that PostgreSQL runs as may not be able to enter that.
 */
const folderOf = (name: StackName) =>
  serverFolderFor(name, wanted(name), serverAccount()).directory;
