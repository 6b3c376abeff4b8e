import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { Client } from "pg";
import { errorText, PgIndexError } from "../../engine/errors/advice";
import {
  type Account,
  canEnter,
  newestBinary,
  serverAccount,
} from "../../engine/twin/server/twinBinary";
import { runnableFolder } from "../../engine/twin/server/twinFolder";
import {
  longSocketAdvice,
  noLocalAdvice,
  notStartedLocallyAdvice,
  otherMajorAdvice,
  unenterableAdvice,
} from "./localServerMessages";

/** A control database on this machine alone: a PostgreSQL without a port, whose socket is in `folder`. */
export interface LocalServer {
  readonly url: string;
  readonly pid: number;
  readonly major: number;
}

interface Place {
  /** Contains `data`, the socket, the log and the password. */
  readonly folder: string;
  /** The server's programs. */
  readonly binary: string;
  readonly account: Account | undefined;
}

/** The longest path that a socket can have is 107 bytes. */
const LONGEST_FOLDER = 107 - "/.s.PGSQL.5432".length;

const READY_WITHIN_MS = 30_000;

/**
 * The server of this folder, which is made and started where it is not there: by one of any number of
 * processes that want it at the same time. It outlives them. Throws {@link PgIndexError}.
 */
export async function localServer(
  folder: string,
  places?: readonly string[],
): Promise<LocalServer> {
  const found = process.platform === "win32" ? undefined : newestBinary(places);
  if (!found) throw new PgIndexError(noLocalAdvice());
  if (Buffer.byteLength(folder) > LONGEST_FOLDER)
    throw new PgIndexError(longSocketAdvice(folder, LONGEST_FOLDER));
  const account = serverAccount();
  if ((await majorOf(folder)) === undefined) await makeCluster(folder, found.folder, account);
  const major = await majorOf(folder);
  if (major !== found.major) throw new PgIndexError(otherMajorAdvice(folder, major, found.major));
  const binary = runnableFolder({ ...found, ...(account && { account }) }, folder);
  const url = await urlOf(folder);
  await started({ folder, binary, account }, url);
  const [pid = ""] = (await readFile(join(folder, "data", "postmaster.pid"), "utf8")).split("\n");
  return { url, pid: Number(pid), major };
}

/** Of the data in it; undefined if there is none. */
export async function majorOf(folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, "data", "PG_VERSION"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : Number.parseInt(text, 10);
}

async function urlOf(folder: string): Promise<string> {
  const password = await readFile(join(folder, "password"), "utf8");
  return `postgresql://postgres:${password}@/postgres?host=${encodeURIComponent(folder)}&sslmode=disable`;
}

/** Made beside its place and moved there whole: another process may be as far as this one. */
async function makeCluster(
  folder: string,
  binaries: string,
  account: Account | undefined,
): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const fresh = await mkdtemp(`${folder}.`);
  try {
    if (account) await chown(fresh, account.uid, account.gid);
    if (!canEnter(fresh, account)) throw new PgIndexError(unenterableAdvice(folder));
    const binary = runnableFolder({ folder: binaries, ...(account && { account }) }, fresh);
    // What is in there is nothing for a repository.
    await writeFile(join(fresh, ".gitignore"), "*\n");
    const password = join(fresh, "password");
    await writeFile(password, randomBytes(18).toString("hex"), { mode: 0o600 });
    if (account) await chown(password, account.uid, account.gid);
    const args = [`--pgdata=${join(fresh, "data")}`, "--username=postgres", `--pwfile=${password}`];
    const more = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"];
    const options = { ...account, cwd: "/", env: ENVIRONMENT };
    await promisify(execFile)(join(binary, "bin", "initdb"), [...args, ...more], options);
    await rename(fresh, folder).catch(async (error) => {
      if ((await majorOf(folder)) === undefined) throw error;
    });
  } catch (error) {
    if (error instanceof PgIndexError) throw error;
    throw new PgIndexError(notStartedLocallyAdvice(folder, errorText(error)), { cause: error });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

const ENVIRONMENT = { PATH: process.env.PATH ?? "", LC_ALL: "C", TZ: "UTC" };

/** Resolves when it answers. Of those that start it at the same time, the server itself lets one. */
async function started(place: Place, url: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  let server: ChildProcess | undefined;
  for (;;) {
    const problem = await problemOf(url);
    if (problem === undefined) return server?.unref();
    server ??= await startPostmaster(place);
    if (Date.now() > deadline)
      throw new PgIndexError(notStartedLocallyAdvice(place.folder, problem));
    await delay(50);
  }
}

async function problemOf(connectionString: string): Promise<string | undefined> {
  const client = new Client({ connectionString });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.end();
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}

async function startPostmaster({ folder, binary, account }: Place): Promise<ChildProcess> {
  const log = await open(join(folder, "server.log"), "a", 0o600);
  const settings = {
    listen_addresses: "",
    unix_socket_directories: folder,
    max_connections: "200",
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const data = join(folder, "data");
  const server = spawn(join(binary, "bin", "postgres"), ["-D", data, ...options], {
    ...account,
    cwd: "/",
    env: ENVIRONMENT,
    // Out of reach of the terminal's Ctrl-C.
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
  });
  server.on("error", () => undefined);
  await log.close();
  return server;
}
