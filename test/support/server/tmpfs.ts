import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serverAccount } from "../../../tools/embedded/serverAccount.ts";
import { Watchdog } from "../../../tools/embedded/watchdog.ts";

/** Why no file system can be mounted here. */
export function mountProblem(): string | undefined {
  if (process.platform !== "linux") return "tmpfs is Linux's";
  if (process.getuid?.() !== 0) return "only root may mount a file system";
  try {
    mountTmpfs(1).unmount();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

export interface Tmpfs {
  /** Belongs to the account that the servers run as. */
  readonly directory: string;
  resize(megabytes: number): void;
  unmount(): void;
}

/** A file system of so many megabytes. It goes when this process does, however that ends. */
export function mountTmpfs(megabytes: number): Tmpfs {
  const directory = mkdtempSync(join(tmpdir(), "pgindex-tmpfs-"));
  const watchdog = new Watchdog('umount --lazy "$1"; rmdir "$1"', [directory]);
  try {
    run("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0700`, "tmpfs", directory]);
  } catch (error) {
    watchdog.cancel();
    rmdirSync(directory);
    throw error;
  }
  giveToServers(directory);
  return {
    directory,
    resize: (size) => run("mount", ["-o", `remount,size=${size}m`, directory]),
    unmount: () => {
      run("umount", ["--lazy", directory]);
      rmdirSync(directory);
      watchdog.cancel();
    },
  };
}

/** Lets the account that the servers run as own a folder and what is in it. */
export function giveToServers(directory: string): void {
  const account = serverAccount();
  if (account) run("chown", ["-R", `${account.uid}:${account.gid}`, directory]);
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr.trim()}`);
}
