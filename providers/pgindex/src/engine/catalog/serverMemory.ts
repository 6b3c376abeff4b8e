import { sqlState } from "../errors/sqlstate";
import type { Session } from "../session/session";

/**
 * The memory of the machine, or of the container, that the server runs in, in bytes; undefined
 * where the role may not read it (`pg_read_server_files`), or where it is no Linux.
 *
 * @see https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-GENFILE
 */
export async function readServerMemory(session: Session): Promise<number | undefined> {
  const [machine, ...containers] = await readFiles(session);
  const total = /^MemTotal: +(\d+) kB$/m.exec(machine ?? "")?.[1];
  const limits = containers.map((text) => Number(text?.trim() || Number.NaN));
  const known = [Number(total ?? Number.NaN) * 1024, ...limits].filter((bytes) => bytes > 0);
  return known.length > 0 ? Math.min(...known) : undefined;
}

/** The machine's, and the limits of control groups of version 2 and 1; "max" is none. */
const FILES = [
  "/proc/meminfo",
  "/sys/fs/cgroup/memory.max",
  "/sys/fs/cgroup/memory/memory.limit_in_bytes",
];

async function readFiles(session: Session): Promise<(string | null)[]> {
  try {
    // Such files have no size, so their length is given.
    const rows = await session.query<{ text: string | null }>(
      `SELECT pg_catalog.pg_read_file(f.name, 0, 4096, true) AS text
         FROM unnest($1::text[]) WITH ORDINALITY AS f(name, position) ORDER BY f.position`,
      [FILES],
    );
    return rows.map(({ text }) => text);
  } catch (error) {
    if (sqlState(error) === undefined) throw error;
    return [];
  }
}
