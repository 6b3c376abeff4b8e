import { URL_EXAMPLE } from "../engine/connection/url/urlMessages";
import { type Advice, errorText } from "../engine/errors/advice";

/** Every message about the options of a command, and about the files that it reads and writes. */

/** `variable`: the one that is read by default. */
export function urlAsArgumentAdvice(variable: string): Advice {
  return {
    what: "a database URL cannot be given as an argument",
    why:
      "every user of the machine sees the arguments of its processes, " +
      "and the URL may hold a password (not shown)",
    fix: `put the URL into the environment variable ${variable}`,
    otherwise: "put it into another one, and name that: --database-url-env NAME",
  };
}

export function unsetUrlAdvice(variable: string): Advice {
  return {
    what: `the environment variable ${variable} is not set`,
    why: "it was named as the one that has the database's URL",
    fix: `set it: export ${variable}=${URL_EXAMPLE}`,
    otherwise: "leave --database-url-env out and set PGHOST, PGUSER, PGPASSWORD and PGDATABASE",
  };
}

export function unsetTokenAdvice(variable: string): Advice {
  return {
    what: `the environment variable ${variable} is not set`,
    why: "nobody without a token may see the names and the sizes of indexes",
    fix: `set it: export ${variable}=$(openssl rand -hex 32)`,
    otherwise: "name another one: --token-env NAME",
  };
}

export function cannotListenAdvice(address: string, error: NodeJS.ErrnoException): Advice {
  return {
    what: `cannot listen on ${address}`,
    why: error.code === "EADDRINUSE" ? "another program listens there" : error.message,
    fix: "give another port: --port 0 takes any that is free",
  };
}

export function twoSourcesAdvice(): Advice {
  return {
    what: "--sql and --drizzle cannot be read together",
    why: "both would declare the same indexes",
    fix: "give one of them",
  };
}

export function sqlSelectionAdvice(): Advice {
  return {
    what: "with --sql, only one --schema and no --table can be given",
    why: "it says in which schema the tables are that the SQL writes without one",
    fix: "leave the others out, and remove from what is written what is not wanted",
  };
}

export function drizzleSelectionAdvice(): Advice {
  return {
    what: "with --drizzle, neither --schema nor --table can be given",
    why: "a Drizzle schema names the schemas of its tables itself",
    fix: "leave them out, and remove from what is written what is not wanted",
  };
}

/** Without --force, `pgindex import` overwrites nothing. */
export function cannotWriteImportAdvice(file: string, error: unknown): Advice {
  const isThere = (error as NodeJS.ErrnoException).code === "EEXIST";
  return {
    what: `cannot write ${file}: ${isThere ? "it already exists" : errorText(error)}`,
    why: isThere ? "somebody may have edited it" : "nothing was written",
    fix: isThere ? "name another file, or use --force to overwrite this one" : "check the path",
  };
}

export function cannotReadExtraAdvice(file: string, error: unknown): Advice {
  return {
    what: `cannot read ${file}: ${errorText(error)}`,
    why: "--extra names it",
    fix: "name a file that can be read",
  };
}

export function cannotWriteReportAdvice(file: string, error: unknown): Advice {
  return {
    what: `cannot write ${file}: ${errorText(error)}`,
    why: "the report was to be written there",
    fix: "name a file that can be written",
  };
}
