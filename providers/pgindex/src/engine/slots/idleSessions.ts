import { closeClient, holdProcess } from "../connection/closeClient";
import type { Connection } from "../connection/openClient";

/** A session without work. */
export interface IdleSession {
  readonly connection: Connection;
  /** Of those who may use it: where it connects to, as whom. */
  readonly key: string;
  /** `performance.now()` when it connected. */
  readonly connectedAt: number;
  /** The `target_session_attrs` that its server was chosen by. */
  readonly wanted: string;
  /** What a new session of this role was allowed and began with, when it connected. */
  readonly beginnings?: string;
}

/** The next operation of a run begins within milliseconds; nobody else is to be kept waiting. */
const IDLE_MS = 1_000;

/** Its caches grow with every table that it sees. */
const OLDEST_MS = 60_000;

/**
 * The sessions of this process on one server that wait for their next work. A new session costs
 * both sides some 25 ms: a process, a password's proof, and the server's empty caches.
 */
export class IdleSessions {
  private readonly sessions: { readonly session: IdleSession; readonly timer: NodeJS.Timeout }[] =
    [];

  get count(): number {
    return this.sessions.length;
  }

  /** The one that was used last, so that those not needed are closed. */
  take(key: string): IdleSession | undefined {
    const at = this.sessions.findLastIndex(({ session }) => session.key === key);
    return at < 0 ? undefined : this.remove(at);
  }

  /** Keeps the session for a second. False if it is too old, and still open. */
  keep(session: IdleSession): boolean {
    const { connection, connectedAt } = session;
    if (performance.now() - connectedAt > OLDEST_MS) return false;
    const timer = setTimeout(() => void this.close(session), IDLE_MS).unref();
    holdProcess(connection.client, false);
    this.sessions.push({ session, timer });
    return true;
  }

  /** Closes idle sessions until at most `most` are left; returns how many it closed. */
  async closeDownTo(most: number): Promise<number> {
    const surplus = this.sessions.slice(0, Math.max(0, this.count - most));
    await Promise.all(surplus.map(({ session }) => this.close(session)));
    return surplus.length;
  }

  private async close(session: IdleSession): Promise<void> {
    const at = this.sessions.findIndex((it) => it.session === session);
    if (at < 0) return;
    this.remove(at);
    await closeClient(session.connection.client);
  }

  private remove(at: number): IdleSession | undefined {
    const [removed] = this.sessions.splice(at, 1);
    clearTimeout(removed?.timer);
    if (removed) holdProcess(removed.session.connection.client, true);
    return removed?.session;
  }
}
