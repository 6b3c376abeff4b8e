/// <reference path="./pgpass.d.ts" />
import type { Client } from "pg";
import pgpass from "pgpass";
import { PgIndexError } from "../errors/advice";
import type { Parameters } from "./environment";
import { noPasswordAdvice } from "./parameterMessages";
import { bindingAdvice } from "./tlsMessages";

/**
 * What the server has offered to check a password by; nothing of pg tells it before the answer is
 * sent.
 */
const mechanisms = new WeakMap<Client, readonly string[]>();

/** Remembers what the server will offer. */
export function rememberMechanisms(client: Client): void {
  const { connection } = client as unknown as {
    connection: NodeJS.EventEmitter;
  };
  connection.once("authenticationSASL", (message: { mechanisms: readonly string[] }) =>
    mechanisms.set(client, message.mechanisms),
  );
}

/**
 * The password that the server asks for: the parameters', else that of the pass file (`PGPASSFILE`,
 * or `~/.pgpass`).
 *
 * With `channel_binding=require` none is given to a server that does not prove with it that it is
 * the one whose certificate was shown.
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

/** A socket's line says `localhost` there. */
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
