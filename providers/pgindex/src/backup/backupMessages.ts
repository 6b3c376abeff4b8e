import type { Advice } from "../engine/errors/advice";
import { oneLine } from "../engine/text/printable";

const WITHOUT = 'run another tool: command: ["program", "argument"]';

export function noPgDumpAdvice(pgDump: string, reason: string): Advice {
  return {
    what: `cannot run ${pgDump}`,
    why: reason,
    fix:
      "install PostgreSQL's client programs " +
      "(Debian: apt-get install postgresql-client, macOS: brew install libpq)",
    otherwise: `give its path (pgDump: "/usr/lib/postgresql/18/bin/pg_dump"), or ${WITHOUT}`,
  };
}

/** pg_dump refuses servers with a newer major version than its own. */
export function oldPgDumpAdvice(pgDump: string, tool: number, server: number): Advice {
  return {
    what: `${pgDump} belongs to PostgreSQL ${tool}, but the server is PostgreSQL ${server}`,
    why: "pg_dump cannot dump a server newer than itself",
    fix:
      `install the client programs of PostgreSQL ${server} and give their path: ` +
      `pgDump: "/usr/lib/postgresql/${server}/bin/pg_dump"`,
    otherwise: WITHOUT,
  };
}

/** pg_dump's own failure. */
export function dumpFailedAdvice(code: number, stderr: string): Advice {
  const advice = backupFailedAdvice("pg_dump", code, stderr);
  if (!/no matching \w+ were found for pattern/.test(stderr)) return advice;
  return {
    ...advice,
    fix:
      "correct the name in tables; nothing was changed in the database. A pattern is folded to " +
      "lower case: quote a name with capitals, and name the schema if it is not on the search path " +
      "(tables: ['app.\"Order\"'])",
  };
}

export function partitionMissingAdvice(table: string, partition: string): Advice {
  return {
    what: `the backup has ${table} without its partition ${partition}`,
    why: "a partitioned table has no rows of its own, so these would not be restored",
    fix: `name its partitions in tables too, by a pattern such as "${table}*"`,
    otherwise: "leave tables out, and back up every table",
  };
}

/** A tool's output can contain hosts, users, and a URL with a password. */
export function backupFailedAdvice(tool: string, code: number, stderr: string): Advice {
  const lines = stderr.trim().split("\n");
  const said = lines.find((line) => /error:/.test(line)) ?? lines.at(-1) ?? "";
  const shown = oneLine(said.replaceAll(/[a-z][a-z0-9+.-]*:\/\/\S+/gi, "(a URL, not shown)"));
  return {
    what: `the backup failed: ${tool} exited with code ${code}`,
    why: shown.slice(0, 300) || "it gave no reason",
    fix: "fix that and run this again; nothing was changed in the database",
  };
}

export function unreadableDumpAdvice(file: string, reason: string): Advice {
  return {
    what: `the dump ${file} cannot be read back`,
    why: oneLine(firstError(reason)),
    fix:
      "check that the disk is not full, then run this again; nothing was changed " +
      "in the database",
  };
}

/** What follows the first error of pg_restore is how it ends. */
function firstError(reason: string): string {
  const lines = reason.trim().split("\n");
  return lines.find((line) => /error:/.test(line)) ?? lines.at(-1) ?? "";
}

export function noDirectoryAdvice(directory: string, reason: string): Advice {
  return {
    what: `cannot write a backup to ${directory}`,
    why: reason,
    fix: 'choose another folder: directory: "/var/backups/postgresql"',
  };
}
