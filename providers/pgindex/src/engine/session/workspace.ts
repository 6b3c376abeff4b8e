import pRetry from "p-retry";
import type { Target } from "../connection/target";
import type { Context } from "../context";
import { OutOfPatience } from "../declare/patienceOptions";
import {
  CancelledError,
  firstLine,
  LockedTableError,
  PgIndexError,
  UnsuitableServerError,
} from "../errors/advice";
import { classify, isCatalogRace, sqlState } from "../errors/sqlstate";
import { onlyRow } from "./query";
import { openSession, type Session } from "./session";
import { lockedAdvice } from "./sessionMessages";

/** The two sessions of a change: one that works, one that watches. */
export interface Workspace {
  readonly builder: Session;
  /** Its search_path is empty, so that the catalog prints every name with its schema. It never holds a transaction open. */
  readonly observer: Session;
  /** Opens another session like the observer. */
  readonly reconnect: () => Promise<Session>;
}

/** Looking takes no lock that waits for long: whoever makes it wait has locked everybody out. */
const LOOK_TIMEOUT_MS = 3_000;

/** Nothing but what is watched while it runs takes as long as this. */
const ANSWER_MS = 15_000;

/** Opens both sessions, and closes them whatever happens; closing the builder also gives the table's key back. */
export async function withWorkspace<T>(
  target: Target,
  options: {
    readonly purpose: string;
    readonly searchPath: readonly string[];
    readonly builds?: boolean;
  },
  work: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const { purpose, searchPath, builds } = options;
  const openObserver = () =>
    openSession(target, {
      purpose: `watch ${purpose}`,
      searchPath: [],
      writable: true,
      builds,
      lockTimeoutMs: LOOK_TIMEOUT_MS,
      answerWithinMs: ANSWER_MS,
    });
  const observer = await openObserver();
  try {
    const builder = await openSession(target, {
      purpose,
      searchPath,
      writable: true,
      builds,
      answerWithinMs: ANSWER_MS,
    });
    try {
      return await work({ builder, observer, reconnect: openObserver });
    } finally {
      await builder.close();
    }
  } finally {
    await observer.close();
  }
}

/** Opens one read-only-minded session with an empty search_path for looking. */
export async function withObserver<T>(
  target: Target,
  options: { readonly purpose: string; readonly writable: boolean; readonly builds?: boolean },
  work: (observer: Session) => Promise<T>,
): Promise<T> {
  const observer = await openSession(target, {
    ...options,
    searchPath: [],
    lockTimeoutMs: LOOK_TIMEOUT_MS,
    answerWithinMs: ANSWER_MS,
  });
  try {
    return await lookingAgain(() => work(observer));
  } catch (error) {
    if (sqlState(error) !== "55P03") throw error;
    throw new LockedTableError(lockedAdvice(options.purpose), { cause: error });
  } finally {
    await observer.close();
  }
}

/** An index that goes while it is looked at is gone at the next look. */
const LOOKS = 5;

async function lookingAgain<T>(look: () => Promise<T>): Promise<T> {
  for (let looks = 1; ; looks += 1) {
    try {
      return await look();
    } catch (error) {
      if (looks === LOOKS || !isCatalogRace(error)) throw error;
    }
  }
}

/** Where the operation says nothing of retries. */
const RETRIES = 9;

/**
 * Repeats `attempt` while the error says "not now". Every attempt opens its own sessions and looks again before it acts, since the
 * outcome of a statement whose connection was lost is unknown.
 */
export async function withRetries<T>(ctx: Context, attempt: () => Promise<T>): Promise<T> {
  let connectedOnce = false;
  return pRetry(attempt, {
    retries: ctx.patience?.retries ?? RETRIES,
    minTimeout: 1_000,
    maxTimeout: 20_000,
    randomize: true,
    signal: ctx.signal,
    onFailedAttempt: ({ error, attemptNumber, retriesLeft }) => {
      connectedOnce ||= !(error instanceof PgIndexError);
      if (retriesLeft > 0 && isWorthRetrying(error, connectedOnce)) {
        ctx.log(
          "info",
          `attempt ${attemptNumber} was interrupted (${firstLine(error)}); looking again`,
        );
      }
    },
    shouldRetry: ({ error }) => isWorthRetrying(error, connectedOnce),
  });
}

/** A server that never answered is a wrong address; one that answered before is restarting. */
function isWorthRetrying(error: Error, connectedOnce: boolean): boolean {
  if (error instanceof CancelledError || error instanceof OutOfPatience) return false;
  // After a failover the old primary may answer as a standby before the name, or the new one, is there.
  if (error instanceof UnsuitableServerError) return connectedOnce;
  if (error instanceof PgIndexError)
    return connectedOnce && error.cause !== undefined && classify(error.cause) === "retry";
  return classify(error) !== "final";
}

/** The server's clock, so that two machines that look at one database agree on how long the index has stood. */
export async function serverTime({ observer }: Pick<Workspace, "observer">): Promise<string> {
  const rows = await observer.query<{ now: Date }>("SELECT clock_timestamp() AS now");
  return onlyRow(rows).now.toISOString();
}
