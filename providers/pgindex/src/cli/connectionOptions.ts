import { type Command, Option } from "commander";
import type { Target } from "../engine/connection/target";
import { PgIndexError } from "../engine/errors/advice";
import type { Io } from "./commandIo";

/** The options of every command that connects. */
export interface ConnectionOptions {
  readonly databaseUrlEnv?: string;
  readonly databaseUrl?: string;
  readonly allowPooler?: boolean;
  readonly role?: string;
}

const DEFAULT_VARIABLE = "DATABASE_URL";

export function addConnectionOptions(command: Command): Command {
  return command
    .option(
      "--database-url-env <name>",
      `the environment variable that has the database's URL (default: ${DEFAULT_VARIABLE}, else the PG* variables)`,
    )
    .option("--allow-pooler", "connect although a pooler answers in the server's place")
    .option("--role <name>", "the role to act as, where it is another than the one that logs in")
    .addOption(new Option("--database-url <url>").hideHelp());
}

/**
 * Where to connect. A URL is taken from the environment only: every user of a machine sees the
 * arguments of its processes.
 */
export function targetOf(options: ConnectionOptions, { env }: Io): Target {
  const {
    databaseUrlEnv: name = DEFAULT_VARIABLE,
    databaseUrl,
    allowPooler = false,
    role,
  } = options;
  if (databaseUrl !== undefined || !/^\w+$/.test(name)) throw new PgIndexError(URL_AS_ARGUMENT);
  const url = env[name];
  if (!url && options.databaseUrlEnv !== undefined) {
    throw new PgIndexError({
      what: `the environment variable ${name} is not set`,
      why: "it was named as the one that has the database's URL",
      fix: `set it: export ${name}=postgresql://user:password@host:5432/database`,
      otherwise: "leave --database-url-env out and set PGHOST, PGUSER, PGPASSWORD and PGDATABASE",
    });
  }
  return { url: url || undefined, maxConcurrentBuilds: 1, allowPooler, role };
}

const URL_AS_ARGUMENT = {
  what: "a database URL cannot be given as an argument",
  why: "every user of the machine sees the arguments of its processes, and the URL may hold a password (not shown)",
  fix: `put the URL into the environment variable ${DEFAULT_VARIABLE}`,
  otherwise: "put it into another one, and name that: --database-url-env NAME",
};
