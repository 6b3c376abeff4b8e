import type { Client } from "pg";
import { PgIndexError } from "../errors/advice";
import { isWarning, type ServerNotice } from "../errors/notices";
import { ClosingClient } from "./closeClient";
import type { Parameters } from "./environment";
import { badParameterAdvice } from "./parameterMessages";
import { findPassword, forgetKeptPassword, rememberMechanisms } from "./password/password";
import type { PasswordCommand } from "./password/passwordCommand";
import { isLoginRefused } from "./password/passwordMessages";
import type { Address } from "./target";
import type { Encryption } from "./tls";

/** An established connection. */
export interface Connection {
  readonly client: Client;
  /** False once the connection is lost or closed. */
  isOpen(): boolean;
  /** What the server has said so far, such as that a collation's version has changed. */
  readonly notices: readonly ServerNotice[];
}

/** One server, and how to log in there. */
export interface Login {
  readonly address: Address;
  readonly parameters: Parameters;
  readonly application: string;
  readonly passwordCommand: PasswordCommand | undefined;
}

/** Once more where the server refuses a password that was asked for an earlier session. */
export async function openClient(
  login: Login,
  encryption: Encryption,
  timeout: number,
): Promise<Connection> {
  const client = clientOf(login, encryption, timeout);
  let isOpen = true;
  const markClosed = () => {
    isOpen = false;
  };
  client.on("error", markClosed).on("end", markClosed);
  const notices: ServerNotice[] = [];
  // The role or the URL may have set client_min_messages to debug.
  client.on("notice", (notice) => isWarning(notice) && notices.push(notice));
  try {
    await client.connect();
    return { client, isOpen: () => isOpen, notices };
  } catch (error) {
    if (!isLoginRefused(error) || !forgetKeptPassword(client)) throw error;
    return openClient(login, encryption, timeout);
  }
}

function clientOf(
  { address, parameters, application, passwordCommand }: Login,
  encryption: Encryption,
  timeout: number,
): Client {
  const client: Client = new ClosingClient({
    host: address.hostaddr ?? address.host,
    port: address.port,
    user: parameters.user,
    database: parameters.dbname,
    // Called only when the server asks for a password.
    password: () => findPassword(client, parameters, address.host, passwordCommand),
    ssl: encryption,
    sslnegotiation: encryption && parameters.sslnegotiation === "direct" ? "direct" : "postgres",
    enableChannelBinding: parameters.channel_binding === "require",
    options: parameters.options,
    application_name: application,
    connectionTimeoutMillis: timeout * 1000,
    // An hour-long silent build must survive the idle timeouts of network devices on the way.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  rememberMechanisms(client);
  return client;
}

/**
 * Seconds before giving up on an unreachable server. libpq's default, no limit, would hang a
 * deployment.
 */
const CONNECT_TIMEOUT_S = 15;

/** `connect_timeout` in seconds, which applies to each server. */
export function timeoutOf({ connect_timeout: text = "0" }: Parameters): number {
  if (!/^\s*[-+]?\d+\s*$/.test(text))
    throw new PgIndexError(badParameterAdvice("connect_timeout", "a whole number of seconds"));
  const seconds = Number(text);
  return seconds > 0 ? seconds : CONNECT_TIMEOUT_S;
}
