import { type ChildProcess, spawn } from "node:child_process";
import { chownSync, cpSync, lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isRunning } from "../../operation/processes";
import { type Account, canRun, type TwinBinary } from "./twinBinary";

/**
 * Not `os.tmpdir()`: the socket's path may have 107 bytes, and the server's account has to get
 * there.
 */
const PARENT = "/tmp";
const PREFIX = "pgindex-twin-";

/** Ends the server and removes its folder once this process is gone, however it ended. */
export interface Guarded {
  readonly directory: string;
  readonly guard: ChildProcess;
}

/** A folder that only we and the server's account can enter. */
export function makeTwinFolder(account: Account | undefined): Guarded {
  removeAbandoned();
  const directory = mkdtempSync(join(PARENT, `${PREFIX}${process.pid}-`));
  if (account) chownSync(directory, account.uid, account.gid);
  return { directory, guard: startGuard(directory) };
}

/** The binaries' folder, or a copy of it where the account cannot enter that. */
export function runnableFolder(
  { folder, account }: Omit<TwinBinary, "major">,
  directory: string,
): string {
  const copy = join(directory, "postgresql");
  const has = [folder, copy].find((each) => canRun(join(each, "bin", "postgres"), account));
  if (has !== undefined) return has;
  cpSync(folder, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/**
 * Its standard input is a pipe that only this process holds open: an exit handler would miss
 * SIGKILL. The postmaster's own pid file says whom to end.
 */
const GUARD = `
while read -r line; do :; done
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
[ -z "$pid" ] || kill -QUIT "$pid" 2>/dev/null
for n in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$1" && [ ! -e "$1" ] && break; sleep 0.2; done
`;

function startGuard(directory: string): ChildProcess {
  const guard = spawn("/bin/sh", ["-c", GUARD, "pgindex-twin", directory], {
    stdio: ["pipe", "ignore", "ignore"],
    cwd: "/",
    // Out of reach of the terminal's Ctrl-C.
    detached: true,
  });
  guard.unref();
  guard.stdin?.on("error", () => undefined);
  (guard.stdin as unknown as { unref?(): void } | null)?.unref?.();
  return guard;
}

/** Folders of processes that are gone, and whose guard is gone too: the machine had lost power. */
function removeAbandoned(): void {
  for (const name of readdirSync(PARENT)) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]);
    const folder = join(PARENT, name);
    if (pid > 0 && !isRunning(pid) && isOurs(folder))
      rmSync(folder, { recursive: true, force: true });
  }
}

/** Anybody can make a folder of this name in /tmp; root's are the server account's. */
function isOurs(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  const uid = process.getuid?.();
  return found?.isDirectory() === true && (uid === 0 || found.uid === uid);
}
