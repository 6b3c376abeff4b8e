import { errorText, PgIndexError, UnreachableError, UnsuitableServerError } from "../errors/advice";
import { isConnectionLoss, isUnreachable, sqlState } from "../errors/sqlstate";
import { closeClient } from "./closeClient";
import { connectionAdvice, noServerAdvice } from "./connectionMessages";
import { namesDatabase, type Parameters } from "./environment";
import { type Connection, type Login, openClient, timeoutOf } from "./openClient";
import { badParameterAdvice } from "./parameterMessages";
import { connectionParameters } from "./parameters";
import { isLoginRefused } from "./password/passwordMessages";
import { type Address, addressesOf, describeAddress, describeTarget, type Target } from "./target";
import { encryptionsOf } from "./tls";
import { tlsCause } from "./tlsMessages";
import { noDatabaseAdvice } from "./url/urlMessages";

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
  const { url, passwordCommand } = target;
  const parameters = connectionParameters(url);
  const addresses = addressesOf(parameters);
  const failures: { readonly address: Address; readonly error: PgIndexError }[] = [];
  for (const wanted of roundsOf(parameters)) {
    for (const address of addresses) {
      try {
        return await tryServer({ address, parameters, application, passwordCommand }, (it) =>
          accept(it, wanted),
        );
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
  login: Login,
  accept: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connectTo(login);
  try {
    return await accept(connection);
  } catch (error) {
    await closeClient(connection.client);
    throw error;
  }
}

/** Connects to one server, with and without TLS as `sslmode` allows. */
async function connectTo(login: Login): Promise<Connection> {
  const { address, parameters, passwordCommand } = login;
  const timeout = timeoutOf(parameters);
  const errors: unknown[] = [];
  for (const encryption of encryptionsOf(parameters, address.host)) {
    try {
      return await openClient(login, encryption, timeout);
    } catch (error) {
      errors.push(error);
      if (!isAboutEncryption(error)) break;
    }
  }
  const error = mostInformative(errors);
  const server = describeTarget([address], parameters);
  const advice = connectionAdvice(error, server, { timeout, asksCommand: !!passwordCommand });
  const isUnnamed = !namesDatabase(parameters) && isUnreachable(error);
  throw new UnreachableError(isUnnamed ? noDatabaseAdvice(server, advice.why) : advice, {
    cause: error,
  });
}

/**
 * Whether the same server may accept a connection with TLS, or without, instead: `pg_hba.conf`
 * refused this one, the handshake failed, or the server hung up. A wrong password is not sent again
 * in the clear.
 */
function isAboutEncryption(error: unknown): boolean {
  const state = sqlState(error);
  // PAM and others refuse a password with the same SQLSTATE.
  if (state !== undefined) return state === "28000" && !isLoginRefused(error);
  if (tlsCause(error) || /establishing an SSL/.test(errorText(error))) return true;
  return isConnectionLoss(error) && !isUnreachable(error);
}

/** Prefers an error other than the one that only says the fallback is not available either. */
function mostInformative(errors: readonly unknown[]): unknown {
  const isInformative = (error: unknown) =>
    !/does not support SSL|no encryption/.test(errorText(error));
  return errors.find(isInformative) ?? errors.at(-1);
}
