import { connectionParameters } from "../connection/parameters";
import type { SessionTarget } from "../session/database";
import { openSession, type Session, type SessionOptions } from "../session/session";
import { SharedReads } from "../session/sharedReads";
import { ANSWER_TIMEOUT_MS, withObserver } from "../session/workspace";
import { currentReservation, serverState } from "../slots/slotReservation";
import { SharedSession } from "./sharedSession";

/** A question that is asked of many indexes at once. */
export interface LookOptions extends Omit<SessionOptions, "searchPath" | "lockTimeoutMs"> {
  /**
   * Whether an answer may be as old as this command: nobody changes anything on its strength. Then
   * the catalog is read once for all who ask.
   */
  readonly mayBeShared: boolean;
}

/** Whoever waits for a lock keeps all others waiting; alone, it may wait longer. */
const LOCK_TIMEOUT_MS = 100;

/** The next question of a command comes within milliseconds, unless the machine has other work. */
const IDLE_MS = 200;
/** Where nothing is built, nobody waits for its connection. */
const IDLE_OF_PREVIEW_MS = 2_000;

/** Whether this process has begun a change of its own. */
let isChanging = false;

/** The session's caches grow with every table, and what was read grows old. */
const OLDEST_MS = 60_000;

interface Look {
  readonly idleMs: number;
  /** Rejects if no session could be opened, which holds for everybody who waits for it. */
  readonly session: Promise<SharedSession>;
  readonly openedAt: number;
  users: number;
  timer?: NodeJS.Timeout;
}

/** By server, role and what the work asks of it. */
const looks = new Map<string, Look>();

/**
 * Asks the server on a session that this process shares, as far as nobody is in the way. Whatever
 * goes wrong there, a refusal too, is asked again on a session of its own, afresh: see
 * {@link withObserver}, which it is otherwise like.
 */
export async function withLook<T>(
  database: SessionTarget,
  { mayBeShared, ...options }: LookOptions,
  work: (observer: Session) => Promise<T>,
): Promise<T> {
  if (currentReservation(database) || serverState(database).permits.total < 2)
    return withObserver(database, options, work);
  const look = lookAt(database, { ...options, mayBeShared });
  const asked = await answerOf(look, work);
  return "answer" in asked ? asked.answer : withObserver(database, options, work);
}

/** Nothing if it went wrong. */
async function answerOf<T>(
  look: Look,
  work: (observer: Session) => Promise<T>,
): Promise<{ readonly answer: T } | Record<never, never>> {
  look.users += 1;
  clearTimeout(look.timer);
  try {
    const session = await look.session;
    try {
      return { answer: await work(session.part()) };
    } catch {
      if (!session.isOpen) retire(look);
      return {};
    }
  } finally {
    look.users -= 1;
    if (look.users === 0) rest(look);
  }
}

/** What was read before does not hold after a change of our own, which needs the connections too. */
export function forgetLooks(): void {
  isChanging = true;
  for (const look of looks.values()) {
    clearTimeout(look.timer);
    if (look.users === 0) end(look);
  }
  looks.clear();
}

function lookAt(database: SessionTarget, options: LookOptions): Look {
  const key = keyOf(database, options);
  const known = looks.get(key);
  if (known && performance.now() - known.openedAt < OLDEST_MS) return known;
  const look: Look = {
    session: open(database, options),
    idleMs: options.mayBeShared && !isChanging ? IDLE_OF_PREVIEW_MS : IDLE_MS,
    openedAt: performance.now(),
    users: 0,
  };
  look.session.catch(() => retire(look));
  looks.set(key, look);
  return look;
}

function keyOf(database: SessionTarget, options: LookOptions): string {
  const { purpose: _, ...wanted } = options;
  return placeOf(database) + JSON.stringify(wanted);
}

/** Read once: a thousand indexes ask the same database. */
const places = new WeakMap<SessionTarget, string>();

/** Where a session leads to, and what it is like. */
function placeOf(database: SessionTarget): string {
  const known = places.get(database);
  if (known !== undefined) return known;
  const { report: _, ...settings } = database.session;
  const place = JSON.stringify([connectionParameters(database.target.url), settings]);
  places.set(database, place);
  return place;
}

async function open(database: SessionTarget, options: LookOptions): Promise<SharedSession> {
  const { mayBeShared, ...wanted } = options;
  const session = await openSession(database, {
    ...wanted,
    purpose: "look at the database",
    searchPath: [],
    lockTimeoutMs: LOCK_TIMEOUT_MS,
    answerWithinMs: ANSWER_TIMEOUT_MS,
    isReusable: true,
  });
  return new SharedSession(session, new SharedReads(mayBeShared));
}

/** Nobody begins with one that is forgotten, while others may wait for its connection. */
function rest(look: Look): void {
  if (![...looks.values()].includes(look)) end(look);
  else look.timer = setTimeout(() => end(look), look.idleMs);
}

/** Nobody begins with it any more. */
function retire(look: Look): void {
  for (const [key, each] of looks) if (each === look) looks.delete(key);
}

function end(look: Look): void {
  retire(look);
  void look.session.then(
    (session) => session.close(),
    () => undefined,
  );
}
