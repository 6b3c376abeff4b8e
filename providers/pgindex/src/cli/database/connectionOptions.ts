import type { Command } from "commander";

/** The options of every command that connects. */
export interface ConnectionOptions {
  readonly databaseUrl?: string;
  readonly databaseUrlEnv?: string;
  readonly config?: string;
  readonly stack?: string;
  readonly connection?: string;
  readonly cwd?: string;
  readonly passwordCommand?: string;
  readonly allowPooler?: boolean;
  readonly role?: string;
}

export function addConnectionOptions(
  command: Command,
  aboutStack = "take the database of this stack",
): Command {
  return command
    .option("--database-url <url>", "the database's URL, without a password")
    .option("--database-url-env <name>", "the environment variable that has the database's URL")
    .option("--config <key>", "the key of the stack's configuration that has the URL")
    .option("--stack <name>", aboutStack)
    .option("--connection <name>", "the Connection, where the stack has several")
    .option("--cwd <folder>", "the folder of the project and of its .env (default: this one)")
    .option("--password-command <json>", 'what prints the password: \'["program", "argument"]\'')
    .option("--allow-pooler", "connect although a pooler answers in the server's place")
    .option("--role <name>", "the role to act as, where it is another than the one that logs in");
}
