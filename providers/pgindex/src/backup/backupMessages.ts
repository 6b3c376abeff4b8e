import type { Advice } from "../engine/errors/advice";
import { oneLine } from "../engine/text/printable";

const WITHOUT = 'run another tool: command: ["program", "argument"]';

export function noPgDumpAdvice(pgDump: string, reason: string): Advice {
  return {
    what: `cannot run ${pgDump}`,
    why: reason,
    fix: "install PostgreSQL's client programs (Debian: apt-get install postgresql-client, macOS: brew install libpq)",
    otherwise: `name the path of one (pgDump: "/usr/lib/postgresql/18/bin/pg_dump"), or ${WITHOUT}`,
  };
}

/** pg_dump refuses servers of a newer major version than its own. */
export function oldPgDumpAdvice(pgDump: string, tool: number, server: number): Advice {
  return {
    what: `${pgDump} is of PostgreSQL ${tool}, and the server of ${server}`,
    why: "pg_dump does not dump a server that is newer than itself",
    fix: `install the client programs of PostgreSQL ${server}, and name them: pgDump: "/usr/lib/postgresql/${server}/bin/pg_dump"`,
    otherwise: WITHOUT,
  };
}

/** What a tool says may name hosts and users, and a URL among it a password. */
export function backupFailedAdvice(tool: string, code: number, stderr: string): Advice {
  const lines = stderr.trim().split("\n");
  const said = lines.find((line) => /error:/.test(line)) ?? lines.at(-1) ?? "";
  const shown = oneLine(said.replaceAll(/[a-z][a-z0-9+.-]*:\/\/\S+/gi, "(a URL, not shown)"));
  return {
    what: `the backup failed: ${tool} ended with code ${code}`,
    why: shown.slice(0, 300) || "it did not say why",
    fix: "mend that and run this again; nothing was changed in the database",
  };
}

export function unreadableDumpAdvice(file: string, reason: string): Advice {
  return {
    what: `the dump ${file} cannot be read back`,
    why: oneLine(reason.trim().split("\n").at(-1) ?? ""),
    fix: "see that the disk is not full, and run this again; nothing was changed in the database",
  };
}

export function noDirectoryAdvice(directory: string, reason: string): Advice {
  return {
    what: `cannot write a backup into ${directory}`,
    why: reason,
    fix: 'give another place: directory: "/var/backups/postgresql"',
  };
}
