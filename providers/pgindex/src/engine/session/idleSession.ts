import { closeClient } from "../connection/closeClient";
import type { IdleSession } from "../slots/idleSessions";
import type { ServerState } from "../slots/slotReservation";
import type { Query } from "./query";

/** A session that has no work left, and what it is kept by. */
export interface Finished extends IdleSession {
  readonly query: Query;
}

/**
 * Keeps the session for the next work on this server, as good as new; closes it where it cannot be.
 * The bound of our sessions holds for idle ones too.
 *
 * @example
 * // DISCARD ALL; SET application_name = 'pgindex'
 *
 * @see https://www.postgresql.org/docs/current/sql-discard.html
 */
export async function keepOrClose(
  { idle, permits }: ServerState,
  { query, ...session }: Finished,
): Promise<void> {
  const { client, isOpen } = session.connection;
  // A statement that nobody waits for, or a transaction, ends with its session alone.
  const isFree = isOpen() && client.getTransactionStatus() === "I";
  if (!isFree || idle.count + permits.taken > permits.total) return closeClient(client);
  try {
    // It releases advisory locks and drops temporary tables too.
    await query("DISCARD ALL");
    await query("SELECT pg_catalog.set_config('application_name', 'pgindex', false)");
  } catch {
    return closeClient(client);
  }
  if (!isOpen() || !idle.keep(session)) await closeClient(client);
}

/** What `begin` makes of an idle session, or undefined if none is as good as a new one. */
export async function reuseIdle<T>(
  { idle }: ServerState,
  key: string,
  begin: (session: IdleSession) => Promise<T>,
): Promise<T | undefined> {
  for (let session = idle.take(key); session; session = idle.take(key)) {
    try {
      if (session.connection.isOpen()) return await begin(session);
    } catch {
      // A new session says what is wrong, if anything is: the server may have been restarted.
    }
    await closeClient(session.connection.client);
  }
  return undefined;
}
