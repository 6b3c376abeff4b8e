import { AsyncLocalStorage } from "node:async_hooks";
import { Door } from "./door";
import { Seats } from "./seats";

/** A server, and how many sessions this process may have there. */
export interface Server {
  readonly target: { readonly url?: string };
  readonly session: {
    readonly maxConnections: number;
    /** Shows a wait for a free connection, where the work itself shows nothing. */
    readonly report?: (message: string) => void;
  };
}

/** How work waits for room on the server. */
export interface Waiting {
  readonly signal?: AbortSignal;
  /** Shows why it waits. */
  readonly report?: (message: string) => void;
  /** How long it waits for room on the server, in milliseconds. */
  readonly waitMs?: number;
}

/** What this process knows of a server that it connects to. */
export interface ServerState {
  readonly url: string;
  readonly seats: Seats;
  readonly door: Door;
  /** Sessions for which there was room, and which are still to be opened. */
  promised: number;
}

/** The sessions that one piece of work has at the same time, at most. */
export interface Room extends Waiting {
  readonly server: ServerState;
  readonly sessions: number;
  /** How many of them are open or being opened. */
  open: number;
  /** How many of the server's `promised` are its own. */
  promised: number;
}

const rooms = new AsyncLocalStorage<Room>();

const servers = new Map<string, ServerState>();

/**
 * Runs work that needs `sessions` sessions at the same time once this process has so many left of
 * `maxConnections`. The sessions that it opens are among them.
 */
export async function withRoom<T>(
  { target: { url = "" }, session }: Server,
  { sessions, ...waiting }: Waiting & { readonly sessions: number },
  work: () => Promise<T>,
): Promise<T> {
  const seats = new Seats(session.maxConnections);
  const server = servers.get(url) ?? { url, seats, door: new Door(), promised: 0 };
  servers.set(url, server);
  if (server.seats.areTaken(sessions))
    waiting.report?.(`queued: all ${server.seats.total} connections are in use (maxConnections)`);
  const leave = await server.seats.take(sessions, waiting.signal);
  const room: Room = { server, sessions, open: 0, promised: 0, ...waiting };
  try {
    return await rooms.run(room, work);
  } finally {
    promise(room, 0);
    leave();
  }
}

/** The room that the caller has on this server; undefined if it has none yet. */
export function currentRoom({ target: { url = "" } }: Server): Room | undefined {
  const room = rooms.getStore();
  return room?.server.url === url ? room : undefined;
}

/** Keeps room for so many more sessions of this room. */
export function promise(room: Room, sessions: number): void {
  room.server.promised += sessions - room.promised;
  room.promised = sessions;
}
