import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { Client, type ClientConfig } from "pg";
import { errorText } from "../../errors/advice";
import { CannotLookError, notStarted } from "../twinMessages";
import type { TwinBinary } from "./twinBinary";
import { makeTwinFolder, runnableFolder } from "./twinFolder";

/** A PostgreSQL of ours, without a port: its socket is in a folder that only we can enter. */
export interface TwinServer {
  readonly directory: string;
  readonly major: number;
  /** Connects as the given role; closed by `stop` at the latest. */
  connect(role: TwinRole, database: string): Promise<Client>;
  /** Ends the server and removes all that it had. */
  stop(): Promise<void>;
}

/**
 * `postgres` makes databases and extensions, and touches nothing that a database's own code can
 * reach; `twin` owns the rest and may do nothing outside of its database.
 */
export type TwinRole = "postgres" | "twin";

const READY_WITHIN_MS = 30_000;

/** Nothing in it is to outlive it, so that nothing is synced, logged or vacuumed. */
const SETTINGS = {
  listen_addresses: "",
  fsync: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  autovacuum: "off",
  // Bytes would be counted that no row has.
  track_counts: "off",
  shared_buffers: "32MB",
  max_connections: "20",
  io_method: "sync",
  log_min_messages: "fatal",
  log_min_error_statement: "panic",
  allow_in_place_tablespaces: "on",
};

/** Starts it. Throws {@link CannotLookError}. */
export async function startTwinServer(binary: TwinBinary): Promise<TwinServer> {
  const { directory, guard } = makeTwinFolder(binary.account);
  const endAll = () => {
    guard.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const runnable = { ...binary, folder: runnableFolder(binary, directory) };
    const passwords = await makeCluster(runnable, directory);
    const server = await startPostmaster(runnable, directory);
    return await opened({ binary, directory, server, passwords, endAll });
  } catch (error) {
    guard.stdin?.end();
    if (error instanceof CannotLookError) throw error;
    throw new CannotLookError(notStarted(errorText(error)), { cause: error });
  }
}

interface Parts {
  readonly binary: TwinBinary;
  readonly directory: string;
  readonly server: ChildProcess;
  readonly passwords: Readonly<Record<TwinRole, string>>;
  readonly endAll: () => void;
}

async function opened({
  binary,
  directory,
  server,
  passwords,
  endAll,
}: Parts): Promise<TwinServer> {
  const open = new Set<Client>();
  const connect = async (role: TwinRole, database: string) => {
    const config: ClientConfig = {
      host: directory,
      user: role,
      password: passwords[role],
      database,
    };
    // The environment's PGSSLMODE, PGOPTIONS and the like are those of another server.
    const client = new Client({
      ...config,
      port: 5432,
      ssl: false,
      // Code of the database's own runs as the owner of its twin, who can give it a search_path of
      // its own: the superuser must not find an operator there.
      options: role === "postgres" ? "-c search_path=pg_catalog" : "",
      application_name: "",
    });
    client.on("error", () => undefined);
    client.once("end", () => open.delete(client));
    await client.connect();
    open.add(client);
    return client;
  };
  const admin = await connect("postgres", "postgres");
  await admin.query(`CREATE ROLE twin LOGIN PASSWORD '${passwords.twin}'`);
  await admin.end();
  return {
    directory,
    major: binary.major,
    connect,
    stop: async () => {
      await Promise.all([...open].map((client) => client.end().catch(() => undefined)));
      await stopPostmaster(server);
      endAll();
    },
  };
}

const environment = () => ({ PATH: process.env.PATH ?? "", LC_ALL: "C", TZ: "UTC" });

async function makeCluster(
  { account, folder }: TwinBinary,
  directory: string,
): Promise<Record<TwinRole, string>> {
  const passwords = {
    postgres: randomBytes(18).toString("hex"),
    twin: randomBytes(18).toString("hex"),
  };
  const file = join(directory, "password");
  writeFileSync(file, passwords.postgres, { mode: 0o600 });
  if (account) chownSync(file, account.uid, account.gid);
  const args = [
    ...[`--pgdata=${join(directory, "data")}`, "--username=postgres", `--pwfile=${file}`],
    ...["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin"],
    ...["--builtin-locale=C.UTF-8", "--locale=C", "--no-sync", "--no-instructions"],
    // Pages are written behind the server's back.
    "--no-data-checksums",
  ];
  const options = { ...account, cwd: "/", env: environment() };
  await promisify(execFile)(join(folder, "bin", "initdb"), args, options);
  rmSync(file);
  return passwords;
}

async function startPostmaster(
  { account, folder }: TwinBinary,
  directory: string,
): Promise<ChildProcess> {
  const settings = { ...SETTINGS, unix_socket_directories: directory };
  const data = join(directory, "data");
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = spawn(join(folder, "bin", "postgres"), ["-D", data, ...options], {
    ...account,
    cwd: "/",
    env: environment(),
    detached: true,
    stdio: "ignore",
  });
  let failure: string | undefined;
  server.once("error", (error) => {
    failure = error.message;
  });
  server.once("exit", (code) => {
    failure ??= `it ended with code ${code}`;
  });
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!isReady(data)) {
    if (failure !== undefined) throw new CannotLookError(notStarted(failure));
    if (Date.now() > deadline) throw new CannotLookError(notStarted("it was not ready in 30 s"));
    await delay(10);
  }
  server.unref();
  return server;
}

/** The server writes its state to the eighth line of its pid file. */
function isReady(data: string): boolean {
  try {
    return readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[7]?.trim() === "ready";
  } catch {
    return false;
  }
}

async function stopPostmaster(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.ref();
  const ended = new Promise((resolve) => server.once("exit", resolve));
  // Nothing in it is worth a checkpoint.
  server.kill("SIGQUIT");
  await ended;
}
