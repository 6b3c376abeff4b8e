/// <reference path="./pgpass.d.ts" />
import type { Client } from "pg";
import pgpass from "pgpass";
import { PgIndexError } from "../../errors/advice";
import type { Parameters } from "../environment";
import { connectionParameters } from "../parameters";
import { addressesOf, type Target } from "../target";
import { bindingAdvice } from "../tlsMessages";
import { askForPassword, type PasswordCommand } from "./passwordCommand";
import { noPasswordAdvice } from "./passwordMessages";

/** The SASL mechanisms that the server offered; pg does not expose them before it answers. */
const mechanisms = new WeakMap<Client, readonly string[]>();

/** Records the SASL mechanisms once the server offers them. */
export function rememberMechanisms(client: Client): void {
  const { connection } = client as unknown as {
    connection: NodeJS.EventEmitter;
  };
  connection.once("authenticationSASL", (message: { mechanisms: readonly string[] }) =>
    mechanisms.set(client, message.mechanisms),
  );
}

/** Of clients that were given a password which was asked for an earlier session. */
const forgetting = new WeakMap<Client, () => void>();

/** Whether a new try would have a newer password than this client was given. */
export function forgetKeptPassword(client: Client): boolean {
  const forget = forgetting.get(client);
  forget?.();
  return forget !== undefined;
}

/**
 * The password for the server: what `command` prints, if there is one, else from the parameters,
 * else from the password file (`PGPASSFILE` or `~/.pgpass`). Throws {@link PgIndexError} if there is
 * none.
 *
 * With `channel_binding=require`, also throws if the server does not offer channel binding, which
 * proves that it owns the certificate it showed.
 *
 * @see https://www.postgresql.org/docs/current/libpq-pgpass.html
 */
export async function findPassword(
  client: Client,
  { password, channel_binding }: Parameters,
  host: string,
  command: PasswordCommand | undefined,
): Promise<string> {
  const isBound = mechanisms.get(client)?.includes("SCRAM-SHA-256-PLUS");
  if (channel_binding === "require" && !isBound) throw new PgIndexError(bindingAdvice());
  if (command) {
    const { port, user, database } = client;
    const asked = askForPassword(command, { host, port, user, database });
    if (asked.forget) forgetting.set(client, asked.forget);
    return asked.password;
  }
  const found = password ?? (await passwordFromFile(client, host));
  if (found === undefined) throw new PgIndexError(noPasswordAdvice());
  return found;
}

/**
 * The parameters for another program that connects on its own, with the password of the moment if
 * there is a command for it.
 */
export async function parametersWithPassword({
  url,
  passwordCommand,
}: Target): Promise<Parameters> {
  const parameters = connectionParameters(url);
  const [address] = addressesOf(parameters);
  if (!passwordCommand || !address) return parameters;
  const { user, dbname: database } = parameters;
  const login = { host: address.host, port: address.port, user, database };
  return { ...parameters, password: await askForPassword(passwordCommand, login).password };
}

/** For a socket, also tries the lines for `localhost`, as libpq does. */
async function passwordFromFile(client: Client, host: string): Promise<string | undefined> {
  const { port, database = "", user = "" } = client;
  const hosts = host.startsWith("/") ? [host, "localhost"] : [host];
  for (const each of hosts) {
    const login = { host: each, port, database, user };
    const found = await new Promise<string | undefined>((resolve) => pgpass(login, resolve));
    if (found !== undefined) return found;
  }
  return undefined;
}
