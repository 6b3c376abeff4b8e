import { AsyncLocalStorage } from "node:async_hooks";
import { IdleSessions } from "./idleSessions";
import { OpeningLimit } from "./openingLimit";
import { Semaphore } from "./semaphore";

/** A server, and how many sessions this process may have there. */
export interface Server {
  readonly target: { readonly url?: string };
  readonly session: {
    readonly maxConnections: number;
    /** Shows a wait for a free connection, where the work itself shows nothing. */
    readonly report?: (message: string) => void;
  };
}

/** How work waits for a slot on the server. */
export interface Waiting {
  readonly signal?: AbortSignal;
  /** Shows why it waits. */
  readonly report?: (message: string) => void;
  /** How long it waits for a slot on the server, in milliseconds. */
  readonly waitMs?: number;
}

/** What this process knows of a server that it connects to. */
export interface ServerState {
  readonly url: string;
  readonly permits: Semaphore;
  readonly openings: OpeningLimit;
  /** Open, and of no reservation. */
  readonly idle: IdleSessions;
  /** Sessions for which there were slots, and which are still to be opened. */
  promised: number;
}

/** The sessions that one piece of work has at the same time, at most. */
export interface SlotReservation extends Waiting {
  readonly server: ServerState;
  readonly sessions: number;
  /** How many of them are open or being opened. */
  open: number;
  /** How many of the server's `promised` are its own. */
  promised: number;
  /** Called once its second session is open, or it needs none: the next reservation may begin. */
  settle?: () => void;
}

const reservations = new AsyncLocalStorage<SlotReservation>();

const servers = new Map<string, ServerState>();

/** Closes the sessions of this process that have no work. */
export async function closeIdleSessions(): Promise<void> {
  await Promise.all([...servers.values()].map(({ idle }) => idle.closeDownTo(0)));
}

// A process that ends without a word looks like a lost connection in the server's log.
process.once("beforeExit", closeIdleSessions);

/**
 * Runs work that needs `sessions` sessions at the same time once this process has so many left of
 * `maxConnections`. The sessions that it opens are among them.
 */
export async function withSlots<T>(
  at: Server,
  { sessions, ...waiting }: Waiting & { readonly sessions: number },
  work: () => Promise<T>,
): Promise<T> {
  const server = serverState(at);
  if (server.permits.areTaken(sessions))
    waiting.report?.(`queued: all ${server.permits.total} connections are in use (maxConnections)`);
  const leave = await server.permits.take(sessions, waiting.signal);
  const reservation: SlotReservation = { server, sessions, open: 0, promised: 0, ...waiting };
  try {
    return await reservations.run(reservation, work);
  } finally {
    promise(reservation, 0);
    reservation.settle?.();
    leave();
  }
}

/** What this process knows of the server, which is the same for all who connect to its URL. */
export function serverState({ target: { url = "" }, session }: Server): ServerState {
  const known = servers.get(url);
  if (known) return known;
  const permits = new Semaphore(session.maxConnections);
  const openings = new OpeningLimit();
  const state = { url, permits, openings, idle: new IdleSessions(), promised: 0 };
  servers.set(url, state);
  return state;
}

/** The slots that the caller has on this server; undefined if it has none yet. */
export function currentReservation({ target: { url = "" } }: Server): SlotReservation | undefined {
  const reservation = reservations.getStore();
  return reservation?.server.url === url ? reservation : undefined;
}

/** Keeps slots for so many more sessions of this reservation. */
export function promise(reservation: SlotReservation, sessions: number): void {
  reservation.server.promised += sessions - reservation.promised;
  reservation.promised = sessions;
}
