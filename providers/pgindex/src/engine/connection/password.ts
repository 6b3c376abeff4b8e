/// <reference path="./pgpass.d.ts" />
import type { Client } from "pg";
import pgpass from "pgpass";
import { PgIndexError } from "../errors/advice";
import type { Parameters } from "./environment";
import { noPasswordAdvice } from "./parameterMessages";
import { bindingAdvice } from "./tlsMessages";

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

/**
 * The password for the server: from the parameters, else from the password file (`PGPASSFILE` or
 * `~/.pgpass`). Throws {@link PgIndexError} if there is none.
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
): Promise<string> {
  const isBound = mechanisms.get(client)?.includes("SCRAM-SHA-256-PLUS");
  if (channel_binding === "require" && !isBound) throw new PgIndexError(bindingAdvice());
  const found = password ?? (await passwordFromFile(client, host));
  if (found === undefined) throw new PgIndexError(noPasswordAdvice());
  return found;
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
