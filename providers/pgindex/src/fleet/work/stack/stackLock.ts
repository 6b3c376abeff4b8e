import type { Session } from "../../../engine/session/session";
import type { ProcessOfHost } from "../processOfHost";

/**
 * Who has a stack's lock, as a backend of files and object stores says it, from what the CLI prints. Undefined where the backend tells nobody, as Pulumi's service,
 * whose locks end by themselves.
 *
 * @example "created by root@build-7 (pid 4242) at 2026-11-29T07:00:00Z"
 */
export function lockOwner(text: string): ProcessOfHost | undefined {
  const [, host, pid] = /created by [^@\n]*@(\S+) \(pid (\d+)\)/.exec(text) ?? [];
  return host === undefined ? undefined : { host, pid: Number(pid) };
}

/** Whether a provider of a dead CLI still works in the database. */
export async function isAnybodyAtWork(session: Session): Promise<boolean> {
  const rows = await session.queryAsLogin(
    `SELECT FROM pg_stat_activity WHERE datname = current_database()
        AND application_name LIKE 'pgindex %' AND application_name <> 'pgindex fleet'
        AND pid <> pg_backend_pid()`,
  );
  return rows.length > 0;
}
