import { setTimeout as delay } from "node:timers/promises";
import { errorText, PgIndexError } from "../errors/advice";
import { isUnreachable, sqlState } from "../errors/sqlstate";
import { currentRoom, promise, type Room, type Server, withRoom } from "./room";
import { noRoomAdvice } from "./roomMessages";
import { NoRoomError, type Query, requireServerRoom } from "./serverRoom";

/** too_many_connections: of the server, the database or the role. */
const TOO_MANY = "53300";

const DEFAULT_WAIT_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/** An open session. */
export interface Opened<S> {
  readonly session: S;
  /** Resolves once the session is closed. */
  readonly closed: Promise<void>;
}

/** Throws when the server has no room for the session that it is asked on. */
export type Look = (query: Query, willNeed: number | undefined) => Promise<void>;

/** Opens a session, and closes it again if `look` throws. */
type Open<S> = (look?: Look) => Promise<Opened<S>>;

/**
 * Opens a session within the caller's room, or in one of its own. Waits, visibly, while the server
 * has too few connections left: the application needs the last ones.
 */
export async function openInRoom<S>(server: Server, open: Open<S>): Promise<S> {
  const room = currentRoom(server);
  if (room) return (await enter(room, open)).session;
  const { report } = server.session;
  return new Promise<S>((resolve, reject) => {
    withRoom(server, { sessions: 1, report }, async () => {
      const { session, closed } = await enter(currentRoom(server) as Room, open);
      resolve(session);
      await closed;
    }).catch(reject);
  });
}

async function enter<S>(room: Room, open: Open<S>): Promise<Opened<S>> {
  const isFirst = room.open === 0;
  room.open += 1;
  try {
    const { door } = room.server;
    const opened = await whenThereIsRoom(room, () =>
      isFirst ? door.through(() => open(lookFor(room))) : open(),
    );
    if (!isFirst) promise(room, Math.max(0, room.promised - 1));
    void opened.closed.then(() => {
      room.open -= 1;
    });
    return opened;
  } catch (error) {
    room.open -= 1;
    throw error;
  }
}

async function whenThereIsRoom<T>(room: Room, open: () => Promise<T>): Promise<T> {
  const { door } = room.server;
  const started = performance.now();
  for (let tries = 0; ; tries += 1) {
    try {
      return await open();
    } catch (error) {
      const reason = reasonToWait(error);
      if (reason === undefined) {
        if (error instanceof PgIndexError && isUnreachable(error.cause)) door.isUnreachable();
        throw error;
      }
      door.found(0);
      await waitForRoom(room, reason, { tries, waitedMs: performance.now() - started, error });
    }
  }
}

/** The first session of a room asks whether there is room for all of them. */
function lookFor(room: Room): Look {
  const { sessions, server } = room;
  return async (query, willNeed = sessions) => {
    const promised = server.promised - room.promised;
    const left = await requireServerRoom(query, { sessions, promised, willNeed });
    server.door.found(left);
    promise(room, sessions - 1);
  };
}

async function waitForRoom(
  room: Room,
  reason: string,
  so: { readonly tries: number; readonly waitedMs: number; readonly error: unknown },
): Promise<void> {
  const seconds = Math.round(so.waitedMs / 1000);
  if (so.waitedMs > (room.waitMs ?? DEFAULT_WAIT_MS))
    throw new PgIndexError(noRoomAdvice(reason, seconds), { cause: so.error });
  room.report?.(`waiting for a free connection (${seconds} s): ${reason}`);
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** so.tries, LONGEST_PAUSE_MS);
  const { signal } = room;
  await delay(pause * (0.5 + Math.random()), undefined, { signal }).catch(() => {
    throw signal?.reason;
  });
}

function reasonToWait(error: unknown): string | undefined {
  if (error instanceof NoRoomError) return error.message;
  const cause = error instanceof PgIndexError ? error.cause : error;
  return sqlState(cause) === TOO_MANY ? errorText(cause) : undefined;
}
