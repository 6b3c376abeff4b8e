import type { Advice } from "../errors/advice";

/**
 * Every message about what is written of a connection: a URL, a service, a variable. None shows a
 * value.
 */

export function unreadableUrlAdvice(): Advice {
  return {
    what: "cannot read the database URL",
    why: "it is not of the form postgresql://user:password@host:port/database (not shown: it may hold a password)",
    fix: "percent-encode special characters of the password (@ is %40, / is %2F, # is %23, % is %25)",
    otherwise: "set PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE, and give no URL",
  };
}

export function badParameterAdvice(keyword: string, form: string): Advice {
  return {
    what: `cannot use ${keyword} of the connection`,
    why: `it is to be ${form}`,
    fix: `correct ${keyword} in the URL, the connection service or the environment`,
  };
}

export function missingServiceAdvice(name: string, files: readonly string[]): Advice {
  return {
    what: `there is no connection service "${name}"`,
    why: `no section [${name}] in ${files.join(" or ")}`,
    fix: "write it there, or let PGSERVICEFILE name the file that has it",
  };
}

export function noPasswordAdvice(): Advice {
  return {
    what: "cannot connect",
    why: "the server asks for a password, and none is given",
    fix: "put it into the URL, PGPASSWORD, or the pass file (PGPASSFILE or ~/.pgpass, readable by its owner alone: chmod 600)",
  };
}
