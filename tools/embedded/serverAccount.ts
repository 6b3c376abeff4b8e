import { spawnSync } from "node:child_process";

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root, so root runs it as this account. Everybody else runs it as
 * themselves.
 */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ["postgres", "nobody"]) {
    const [uid, gid] = ["-u", "-g"].map((flag) => Number.parseInt(output("id", [flag, name]), 10));
    if (uid && gid) return { uid, gid };
  }
  throw new Error(
    "PostgreSQL does not run as root, and there is no account called postgres or nobody to run " +
      "it as. Add one (useradd --system postgres), or run this command as another user.",
  );
}

function output(command: string, args: string[]): string {
  return spawnSync(command, args, { encoding: "utf8" }).stdout ?? "";
}

/**
 * Whether the account can run a command. Permissions of every parent folder matter, so this tries
 * it instead of computing it.
 */
export function can(account: Account | undefined, command: string, args: string[]): boolean {
  return spawnSync(command, args, { ...account, cwd: "/", stdio: "ignore" }).status === 0;
}
