import { type Advice, errorText } from "../engine/errors/advice";

/** Every message about the options of a command, and about the files that it reads and writes. */

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

export function cannotReadQueriesAdvice(file: string, error: unknown): Advice {
  return {
    what: `cannot read ${file}: ${errorText(error)}`,
    why: "--queries names it",
    fix: "name a file of SQL statements, or leave --queries out to read pg_stat_statements",
  };
}

/** Of an error without advice; `isUsage`: the arguments are wrong. */
export function unadvised(text: string, isUsage: boolean): Partial<Advice> {
  const what = text.replace(/^error: /, "");
  return isUsage ? { what, fix: "see what there is: pgindex --help" } : { what };
}
