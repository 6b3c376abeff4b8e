import { type Command, Option } from "commander";
import { PgIndexError } from "../../engine/errors/advice";
import { type Database, databaseOf } from "../../engine/session/database";
import { unsetUrlAdvice, urlAsArgumentAdvice } from "../cliMessages";
import type { Io } from "../commandIo";

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
 * The database. A URL is taken from the environment only: every user of a machine sees the
 * arguments of its processes.
 */
export function databaseFrom(options: ConnectionOptions, { env }: Io): Database {
  const { databaseUrlEnv: name = DEFAULT_VARIABLE, databaseUrl, allowPooler, role } = options;
  if (databaseUrl !== undefined || !/^\w+$/.test(name))
    throw new PgIndexError(urlAsArgumentAdvice(DEFAULT_VARIABLE));
  const url = env[name];
  if (!url && options.databaseUrlEnv !== undefined) throw new PgIndexError(unsetUrlAdvice(name));
  return databaseOf({ url: url || undefined, allowPooler, role });
}
