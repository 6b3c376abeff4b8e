import { AsyncLocalStorage } from "node:async_hooks";
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
  /** How long it waits for room on the server; by default two minutes. */
  readonly waitMs?: number;
}

/** The sessions that one piece of work has at the same time, at most. */
export interface Room extends Waiting {
  readonly url: string;
  readonly sessions: number;
  /** How many of them are open or being opened. */
  open: number;
}

const rooms = new AsyncLocalStorage<Room>();

/** One for each server that this process connects to. */
const servers = new Map<string, Seats>();

/**
 * Runs work that needs `sessions` sessions at the same time once this process has so many left of
 * `maxConnections`. The sessions that it opens are among them.
 */
export async function withRoom<T>(
  { target: { url = "" }, session }: Server,
  { sessions, ...waiting }: Waiting & { readonly sessions: number },
  work: () => Promise<T>,
): Promise<T> {
  const seats = servers.get(url) ?? new Seats(session.maxConnections);
  servers.set(url, seats);
  if (seats.areTaken(sessions))
    waiting.report?.(`queued: all ${seats.total} connections are in use (maxConnections)`);
  const leave = await seats.take(sessions, waiting.signal);
  try {
    return await rooms.run({ url, sessions, open: 0, ...waiting }, work);
  } finally {
    leave();
  }
}

/** The room that the caller has on this server; undefined if it has none yet. */
export function currentRoom({ target: { url = "" } }: Server): Room | undefined {
  const room = rooms.getStore();
  return room?.url === url ? room : undefined;
}
