import { Client } from "pg";
import { errorText, PgIndexError, UnsuitableServerError } from "../errors/advice";
import { isWarning, type ServerNotice } from "../errors/notices";
import { isConnectionLoss, isUnreachable, sqlState } from "../errors/sqlstate";
import { closeClient } from "./closeClient";
import { connectionAdvice, noServerAdvice } from "./connectionMessages";
import type { Parameters } from "./environment";
import { badParameterAdvice } from "./parameterMessages";
import { connectionParameters } from "./parameters";
import { findPassword, rememberMechanisms } from "./password";
import { type Address, addressesOf, describeAddress, describeTarget, type Target } from "./target";
import { type Encryption, encryptionsOf } from "./tls";
import { tlsCause } from "./tlsMessages";
import { noDatabaseAdvice } from "./url/urlMessages";

/** An established connection. */
export interface Connection {
  readonly client: Client;
  /** False once the connection is lost or closed. */
  isOpen(): boolean;
  /** What the server has said so far, such as that a collation's version has changed. */
  readonly notices: readonly ServerNotice[];
}

/**
 * Seconds before giving up on an unreachable server. libpq's default, no limit, would hang a
 * deployment.
 */
const CONNECT_TIMEOUT_S = 15;

/**
 * Connects to the first of the target's servers that answers and that `accept` takes, and returns
 * what `accept` returns. `accept` throws {@link UnsuitableServerError} for a server of the wrong
 * kind (`wanted` is a `target_session_attrs`), and the next server is tried. Any other error, such
 * as a wrong password, ends the search, as with libpq.
 */
export async function connect<T>(
  target: Target,
  application: string,
  accept: (connection: Connection, wanted: string) => Promise<T>,
): Promise<T> {
  const parameters = connectionParameters(target.url);
  const addresses = addressesOf(parameters);
  const failures: { readonly address: Address; readonly error: PgIndexError }[] = [];
  for (const wanted of roundsOf(parameters)) {
    for (const address of addresses) {
      try {
        return await tryServer(address, parameters, application, (it) => accept(it, wanted));
      } catch (error) {
        if (!isWorthTryingNext(error)) throw error;
        failures.push({ address, error });
      }
    }
  }
  throw addresses.length > 1
    ? new UnsuitableServerError(
        noServerAdvice(describeTarget(addresses, parameters), renderFailures(failures)),
      )
    : failures[0]?.error;
}

/** `prefer-standby` tries the servers twice. */
function roundsOf({ target_session_attrs: wanted = "any" }: Parameters): string[] {
  if (wanted === "prefer-standby") return ["standby", "any"];
  if (["any", "read-write", "read-only", "primary", "standby"].includes(wanted)) return [wanted];
  throw new PgIndexError(
    badParameterAdvice("target_session_attrs", "read-write, primary, any, standby or read-only"),
  );
}

function isWorthTryingNext(error: unknown): error is PgIndexError {
  if (error instanceof UnsuitableServerError) return true;
  if (!(error instanceof PgIndexError) || error.cause === undefined) return false;
  return isUnreachable(error.cause) || sqlState(error.cause) === "57P03";
}

function renderFailures(failures: readonly { address: Address; error: PgIndexError }[]): string {
  return failures
    .map(({ address, error }) => `${describeAddress(address)}: ${error.advice.why}`)
    .join("; ");
}

async function tryServer<T>(
  address: Address,
  parameters: Parameters,
  application: string,
  accept: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connectTo(address, parameters, application);
  try {
    return await accept(connection);
  } catch (error) {
    await closeClient(connection.client);
    throw error;
  }
}

/** Connects to one server, with and without TLS as `sslmode` allows. */
async function connectTo(
  address: Address,
  parameters: Parameters,
  application: string,
): Promise<Connection> {
  const timeout = timeoutOf(parameters);
  const errors: unknown[] = [];
  for (const encryption of encryptionsOf(parameters, address.host)) {
    const client = clientOf(address, parameters, { encryption, application, timeout });
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
      errors.push(error);
      if (!isAboutEncryption(error)) break;
    }
  }
  const error = mostInformative(errors);
  const server = describeTarget([address], parameters);
  const advice = connectionAdvice(error, server, timeout);
  const isUnnamed = !namesDatabase(parameters) && isUnreachable(error);
  throw new PgIndexError(isUnnamed ? noDatabaseAdvice(server, advice.why) : advice, {
    cause: error,
  });
}

/** Whether anything says which database it is: a URL without a host means the local server. */
function namesDatabase({ host, hostaddr, port, service, dbname }: Parameters): boolean {
  return [host, hostaddr, port, service, dbname].some((value) => value !== undefined);
}

/**
 * Whether the same server may accept a connection with TLS, or without, instead: `pg_hba.conf`
 * refused this one, the handshake failed, or the server hung up. A wrong password is not sent again
 * in the clear.
 */
function isAboutEncryption(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return state === "28000";
  if (tlsCause(error) || /establishing an SSL/.test(errorText(error))) return true;
  return isConnectionLoss(error) && !isUnreachable(error);
}

/** Prefers an error other than the one that only says the fallback is not available either. */
function mostInformative(errors: readonly unknown[]): unknown {
  const isInformative = (error: unknown) =>
    !/does not support SSL|no encryption/.test(errorText(error));
  return errors.find(isInformative) ?? errors.at(-1);
}

function clientOf(
  address: Address,
  parameters: Parameters,
  {
    encryption,
    application,
    timeout,
  }: { readonly encryption: Encryption; readonly application: string; readonly timeout: number },
): Client {
  const client: Client = new Client({
    host: address.hostaddr ?? address.host,
    port: address.port,
    user: parameters.user,
    database: parameters.dbname,
    // Called only when the server asks for a password.
    password: () => findPassword(client, parameters, address.host),
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

/** `connect_timeout` in seconds, which applies to each server. */
function timeoutOf({ connect_timeout: text = "0" }: Parameters): number {
  if (!/^\s*[-+]?\d+\s*$/.test(text))
    throw new PgIndexError(badParameterAdvice("connect_timeout", "a whole number of seconds"));
  const seconds = Number(text);
  return seconds > 0 ? seconds : CONNECT_TIMEOUT_S;
}
