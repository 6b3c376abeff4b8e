import type { Advice } from "../../engine/errors/advice";
import { FROM_DATABASE } from "../importMessages";
import { REFUSED_COMMANDS } from "./psqlCommands";

/** Messages about scripts for psql. `place` is a position such as `file.sql:12`. */

/** `line`: the command as it stands there. */
export function refusedCommandAdvice(place: string, name: string, line: string): Advice {
  const reason = REFUSED_COMMANDS[name] ?? "pgindex does not know what it does";
  const isFile = /^i(r|nclude.*)?$/.test(name);
  return {
    what: `cannot follow psql's command ${line} at ${place}`,
    why: reason,
    fix: isFile
      ? "pass that file too, in the order in which they run: indexesFromSql([…])"
      : "remove the line, or pass what psql runs in the end",
    otherwise: FROM_DATABASE,
  };
}

export function secondDatabaseAdvice(place: string): Advice {
  return {
    what: `the script goes on in another database at ${place}`,
    why: "a declaration is for one database, and the script has made indexes before that line",
    fix: "make one file of each database's part",
  };
}

export function openDataAdvice(place: string): Advice {
  return {
    what: `the data of the COPY at ${place} do not end`,
    why: "without a line \\. all that follows is data, and no statement",
    fix: "put a line with \\. behind the data",
    otherwise: "leave the data out: pg_dump --schema-only",
  };
}

export function placeholderAdvice(place: string, placeholder: string): Advice {
  return {
    what: `the statement at ${place} has the placeholder ${placeholder}`,
    why: "the tool that runs the file fills it in, so only that knows which index is meant",
    fix: "pass the SQL as the tool runs it: indexesFromSql({ sql: text.replaceAll(…) })",
    otherwise: FROM_DATABASE,
  };
}
