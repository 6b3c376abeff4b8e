import { setTimeout as delay } from "node:timers/promises";
import { errorText, PgIndexError } from "../errors/advice";
import { sqlState } from "../errors/sqlstate";
import { currentRoom, type Room, type Server, withRoom } from "./room";
import { noRoomAdvice } from "./roomMessages";
import { NoRoomError } from "./serverRoom";

/** too_many_connections: of the server, the database or the role. */
const TOO_MANY = "53300";

const DEFAULT_WAIT_MS = 120_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/** An open session. */
export interface Opened<S> {
  readonly session: S;
  /** Resolves once the session is closed. */
  readonly closed: Promise<void>;
}

/** `wantsRoomFor`: how many sessions the server must have room for, if it was not asked before. */
type Open<S> = (wantsRoomFor?: number) => Promise<Opened<S>>;

/**
 * Opens a session within the caller's room, or in one of its own. Waits, visibly, while the server
 * has too few connections left: the application needs the last ones.
 */
export async function openInRoom<S>(server: Server, open: Open<S>): Promise<S> {
  const room = currentRoom(server);
  if (room) return enter(room, open);
  const { report } = server.session;
  return new Promise<S>((resolve, reject) => {
    withRoom(server, { sessions: 1, report }, async () => {
      const own = currentRoom(server) as Room;
      const { session, closed } = await opened(own, open);
      resolve(session);
      await closed;
    }).catch(reject);
  });
}

async function enter<S>(room: Room, open: Open<S>): Promise<S> {
  const { session, closed } = await opened(room, open);
  void closed.then(() => {
    room.open -= 1;
  });
  return session;
}

async function opened<S>(room: Room, open: Open<S>): Promise<Opened<S>> {
  const sessions = room.open === 0 ? room.sessions : undefined;
  room.open += 1;
  try {
    return await whenThereIsRoom(room, () => open(sessions));
  } catch (error) {
    room.open -= 1;
    throw error;
  }
}

async function whenThereIsRoom<T>(room: Room, open: () => Promise<T>): Promise<T> {
  const started = performance.now();
  for (let tries = 0; ; tries += 1) {
    try {
      return await open();
    } catch (error) {
      const reason = reasonToWait(error);
      if (reason === undefined) throw error;
      const waited = performance.now() - started;
      const seconds = Math.round(waited / 1000);
      if (waited > (room.waitMs ?? DEFAULT_WAIT_MS))
        throw new PgIndexError(noRoomAdvice(reason, seconds), { cause: error });
      room.report?.(`waiting for a free connection (${seconds} s): ${reason}`);
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS);
      await delay(pause * (0.5 + Math.random()), undefined, { signal: room.signal }).catch(() => {
        throw room.signal?.reason;
      });
    }
  }
}

function reasonToWait(error: unknown): string | undefined {
  if (error instanceof NoRoomError) return error.message;
  const cause = error instanceof PgIndexError ? error.cause : error;
  return sqlState(cause) === TOO_MANY ? errorText(cause) : undefined;
}
