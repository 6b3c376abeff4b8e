import { setTimeout as delay } from "node:timers/promises";
import { errorText, PgIndexError } from "../errors/advice";
import { isUnreachable, sqlState } from "../errors/sqlstate";
import { NoSlotError, type Query, requireServerSlots } from "./serverSlots";
import { noSlotAdvice } from "./slotMessages";
import {
  currentReservation,
  promise,
  type Server,
  type SlotReservation,
  withSlots,
} from "./slotReservation";

/** too_many_connections: of the server, the database or the role. */
const TOO_MANY = "53300";

const DEFAULT_WAIT_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/** The second session of a change follows within milliseconds; that of a measurement may not. */
const hold = () => delay(5_000, undefined, { ref: false });

/** An open session. */
export interface Opened<S> {
  readonly session: S;
  /** Resolves once the session is closed. */
  readonly closed: Promise<void>;
}

/** Throws when the server has no slots left for the session that it is asked on. */
export type Look = (query: Query, willNeed: number | undefined) => Promise<void>;

/** Opens a session, and closes it again if `look` throws. */
type Open<S> = (look?: Look) => Promise<Opened<S>>;

/**
 * Opens a session within the caller's reservation, or in one of its own. Waits, visibly, while the
 * server has too few connections left: the application needs the last ones.
 */
export async function openInReservation<S>(server: Server, open: Open<S>): Promise<S> {
  const reservation = currentReservation(server);
  if (reservation) return (await enter(reservation, open)).session;
  const { report } = server.session;
  return new Promise<S>((resolve, reject) => {
    withSlots(server, { sessions: 1, report }, async () => {
      const { session, closed } = await enter(currentReservation(server) as SlotReservation, open);
      resolve(session);
      await closed;
    }).catch(reject);
  });
}

async function enter<S>(reservation: SlotReservation, open: Open<S>): Promise<Opened<S>> {
  const isFirst = reservation.open === 0;
  reservation.open += 1;
  try {
    const { openings } = reservation.server;
    const next = new Promise<void>((resolve) => {
      if (isFirst) reservation.settle = resolve;
    });
    const opened = await whenThereIsASlot(reservation, () =>
      isFirst
        ? openings.through(
            () => open(lookFor(reservation)),
            () => (reservation.promised > 0 ? Promise.race([next, hold()]) : Promise.resolve()),
          )
        : open(),
    );
    if (!isFirst) promise(reservation, Math.max(0, reservation.promised - 1));
    if (!isFirst) reservation.settle?.();
    void opened.closed.then(() => {
      reservation.open -= 1;
      if (isFirst) reservation.settle?.();
    });
    return opened;
  } catch (error) {
    reservation.open -= 1;
    throw error;
  }
}

async function whenThereIsASlot<T>(
  reservation: SlotReservation,
  open: () => Promise<T>,
): Promise<T> {
  const { openings } = reservation.server;
  const started = performance.now();
  for (let tries = 0; ; tries += 1) {
    try {
      return await open();
    } catch (error) {
      const reason = reasonToWait(error);
      if (reason === undefined) {
        if (error instanceof PgIndexError && isUnreachable(error.cause)) openings.isUnreachable();
        throw error;
      }
      if ((await reservation.server.idle.closeDownTo(0)) > 0) continue;
      openings.found(0);
      await waitForSlot(reservation, reason, {
        tries,
        waitedMs: performance.now() - started,
        error,
      });
    }
  }
}

/** The first session of a reservation asks whether there are slots for all of them. */
function lookFor(reservation: SlotReservation): Look {
  const { sessions, server } = reservation;
  return async (query, willNeed = sessions) => {
    const promised = server.promised - reservation.promised;
    const left = await requireServerSlots(query, { sessions, promised, willNeed });
    server.openings.found(left);
    promise(reservation, sessions - 1);
  };
}

async function waitForSlot(
  reservation: SlotReservation,
  reason: string,
  so: { readonly tries: number; readonly waitedMs: number; readonly error: unknown },
): Promise<void> {
  const seconds = Math.round(so.waitedMs / 1000);
  if (so.waitedMs > (reservation.waitMs ?? DEFAULT_WAIT_MS))
    throw new PgIndexError(noSlotAdvice(reason, seconds), { cause: so.error });
  reservation.report?.(`waiting for a free connection (${seconds} s): ${reason}`);
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** so.tries, LONGEST_PAUSE_MS);
  const { signal } = reservation;
  await delay(pause * (0.5 + Math.random()), undefined, { signal }).catch(() => {
    throw signal?.reason;
  });
}

function reasonToWait(error: unknown): string | undefined {
  if (error instanceof NoSlotError) return error.message;
  const cause = error instanceof PgIndexError ? error.cause : error;
  return sqlState(cause) === TOO_MANY ? errorText(cause) : undefined;
}
