import { execFile } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Account } from "./serverAccount.ts";
import type { Binaries } from "./serverBinaries.ts";

export const USER = "postgres";

/**
 * A clean environment: the caller's locale, time zone or PG* variables would change what servers
 * and tests do.
 */
export const environment = { PATH: process.env.PATH ?? "", LC_ALL: "C", TZ: "UTC" };

/** A server's folder: data, its superuser's password, its log. */
export interface Cluster {
  readonly directory: string;
  readonly data: string;
  readonly log: string;
  readonly password: string;
}

/** Creates the cluster, or reopens the one an earlier process left in the folder. */
export async function openCluster(
  directory: string,
  newPassword: string,
  binaries: Binaries,
  account?: Account,
): Promise<Cluster> {
  if (!existsSync(directory)) mkdirSync(directory, { mode: 0o700 });
  const data = join(directory, "data");
  const log = join(directory, "server.log");
  const passwordFile = join(directory, "password");
  if (account) chownSync(directory, account.uid, account.gid);
  if (existsSync(join(data, "PG_VERSION")) && existsSync(passwordFile)) {
    checkMajor(data, binaries);
    return { directory, data, log, password: readFileSync(passwordFile, "utf8").trim() };
  }
  rmSync(data, { recursive: true, force: true });
  writeFileSync(passwordFile, `${newPassword}\n`, { mode: 0o600 });
  if (account) chownSync(passwordFile, account.uid, account.gid);
  await initdb(data, passwordFile, binaries, account);
  return { directory, data, log, password: newPassword };
}

function checkMajor(data: string, binaries: Binaries): void {
  const found = Number(readFileSync(join(data, "PG_VERSION"), "utf8"));
  if (found === binaries.major) return;
  throw new Error(
    `${data} belongs to PostgreSQL ${found}, but ${binaries.major} was requested: ` +
      `remove the folder or request ${found}.`,
  );
}

async function initdb(
  data: string,
  passwordFile: string,
  binaries: Binaries,
  account?: Account,
): Promise<void> {
  // Before PostgreSQL 17, there are only C and the operating system's locales, and none of those
  // exists everywhere.
  const locale =
    binaries.major >= 17
      ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
      : ["--locale=C"];
  const args = [
    `--pgdata=${data}`,
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--no-sync",
    ...locale,
  ];
  try {
    await promisify(execFile)(join(binaries.folder, "bin", "initdb"), args, {
      ...account,
      cwd: "/",
      env: environment,
    });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    rmSync(data, { recursive: true, force: true });
    throw new Error(`initdb could not make ${data}: ${(stderr || message).trim()}`);
  }
}
