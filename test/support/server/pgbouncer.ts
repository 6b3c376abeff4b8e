import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import getPort from "get-port";
import { serverAccount } from "../../../tools/embedded/serverAccount.ts";
import { unpackDebian } from "./debianPackages.ts";

export interface PgBouncer {
  /** The URL with its address. */
  through(url: string): string;
  stop(): Promise<void>;
}

let unpacked: string | undefined;
const PACKAGES = ["pgbouncer", "libc-ares2", "libevent-2.1-7"];

let program: string | undefined;

/** Why there is no PgBouncer; fetches it where there is apt. */
export function pgbouncerProblem(): string | undefined {
  const installed = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].find(answers);
  program = installed ?? unpack();
  return program === undefined ? "there is no pgbouncer, and no apt that has it" : undefined;
}

function answers(place: string): boolean {
  return spawnSync(place, ["--version"], { env: environment() }).status === 0;
}

function unpack(): string | undefined {
  unpacked = unpackDebian(...PACKAGES);
  if (unpacked === undefined) return undefined;
  const place = join(unpacked, "usr/sbin/pgbouncer");
  return answers(place) ? place : undefined;
}

function environment(): NodeJS.ProcessEnv {
  const libraries =
    unpacked &&
    readdirSync(join(unpacked, "usr/lib")).map((name) => join(unpacked ?? "", "usr/lib", name));
  return { PATH: process.env.PATH, ...(libraries && { LD_LIBRARY_PATH: libraries.join(":") }) };
}

/** Before the database of a superuser's URL; whoever connects to it is that superuser. */
export async function startPgBouncer(
  url: string,
  poolMode: "transaction" | "session",
): Promise<PgBouncer> {
  if (program === undefined) throw new Error("ask for pgbouncerProblem first");
  const { hostname, port, username, password, pathname } = new URL(url);
  const own = await getPort({ host: "127.0.0.1" });
  const directory = mkdtempSync(join(tmpdir(), "pgindex-pgbouncer-"));
  const configuration = join(directory, "pgbouncer.ini");
  writeFileSync(
    configuration,
    `[databases]
${pathname.slice(1)} = host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = any
pool_mode = ${poolMode}
ignore_startup_parameters = extra_float_digits
`,
    { mode: 0o600 },
  );
  const account = serverAccount();
  if (account)
    for (const each of [directory, configuration]) chownSync(each, account.uid, account.gid);
  const child = spawn(program, [configuration], {
    ...account,
    cwd: "/",
    env: environment(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  await untilItListens(child);
  return {
    through: (from) => Object.assign(new URL(from), { hostname: "127.0.0.1", port: own }).href,
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
      rmSync(directory, { recursive: true });
    },
  };
}

function untilItListens(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = "";
    child.stderr?.on("data", (text) => {
      log += text;
      if (/process up/.test(log)) resolve();
    });
    child.once("exit", () => reject(new Error(`pgbouncer ended: ${log}`)));
  });
}
