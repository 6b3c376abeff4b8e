import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { PLACE } from "./demoPaths.ts";

/** npm's servers come without a pg_dump, and these are the ones that this clone has. */
const OLDEST = 13;
const NEWEST = 18;

/** How production is backed up, or why not. */
export interface BackupPlan {
  /** The servers' major version; by default the newest. */
  readonly version?: string;
  /** Where to, or the reason to go without one. */
  readonly config: readonly [key: string, value: string];
  readonly isAsked: boolean;
}

/** pg_dump refuses a server that is newer than itself, so the servers are as old as it is. */
export function planBackup(): BackupPlan {
  const major = pgDumpMajor();
  if (major < OLDEST)
    return { isAsked: false, config: ["pgindex:noBackup", "there is no pg_dump on this machine"] };
  return {
    isAsked: true,
    config: ["pgindex:backupDirectory", join(PLACE, "backups")],
    ...(major < NEWEST && { version: String(major) }),
  };
}

/** 0 where there is none. */
function pgDumpMajor(): number {
  try {
    const text = execFileSync("pg_dump", ["--version"], { encoding: "utf8", stdio: "pipe" });
    return Number(/\) (\d+)/.exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
