import { LockedTableError } from "../errors/advice";
import { isCatalogRace, sqlState } from "../errors/sqlstate";
import type { SessionTarget } from "./database";
import { onlyRow } from "./query";
import { openSession, type Session, type SessionOptions } from "./session";
import { lockedAdvice } from "./sessionMessages";

/** The two sessions of a change: one builds, the other observes. */
export interface Workspace {
  readonly builder: Session;
  /**
   * Its search_path is empty, so the catalog prints every name with its schema. It never keeps a
   * transaction open.
   */
  readonly observer: Session;
  /** Opens another session like the observer. */
  readonly reconnect: () => Promise<Session>;
}

/** Reads need only weak locks; one that has to wait longer means the table is locked for all. */
const READ_LOCK_TIMEOUT_MS = 3_000;

/** Only statements that are watched while they run take longer than this. */
export const ANSWER_TIMEOUT_MS = 15_000;

/**
 * Opens both sessions for `work`, and always closes them. Closing the builder also releases the
 * table's key.
 */
export async function withWorkspace<T>(
  database: SessionTarget,
  options: {
    readonly purpose: string;
    readonly searchPath: readonly string[];
    readonly builds?: boolean;
    readonly isUrgent?: boolean;
  },
  work: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const { purpose, searchPath, builds, isUrgent } = options;
  const openObserver = (replacesLost?: boolean) =>
    openSession(database, {
      purpose: `watch ${purpose}`,
      searchPath: [],
      writable: true,
      builds,
      lockTimeoutMs: READ_LOCK_TIMEOUT_MS,
      answerWithinMs: ANSWER_TIMEOUT_MS,
      isReusable: true,
      isUrgent: isUrgent || replacesLost,
    });
  const observer = await openObserver();
  try {
    const builder = await openSession(database, {
      purpose,
      searchPath,
      writable: true,
      builds,
      answerWithinMs: ANSWER_TIMEOUT_MS,
      isReusable: true,
      isUrgent,
    });
    try {
      return await work({ builder, observer, reconnect: () => openObserver(true) });
    } finally {
      await builder.close();
    }
  } finally {
    await observer.close();
  }
}

/** Opens one session for reads, with an empty search_path. Throws {@link LockedTableError}. */
export async function withObserver<T>(
  database: SessionTarget,
  options: Omit<SessionOptions, "searchPath" | "lockTimeoutMs" | "answerWithinMs">,
  work: (observer: Session) => Promise<T>,
): Promise<T> {
  const observer = await openSession(database, {
    ...options,
    searchPath: [],
    lockTimeoutMs: READ_LOCK_TIMEOUT_MS,
    answerWithinMs: ANSWER_TIMEOUT_MS,
    isReusable: true,
  });
  try {
    return await retryCatalogRaces(() => work(observer));
  } catch (error) {
    if (sqlState(error) !== "55P03") throw error;
    throw new LockedTableError(lockedAdvice(options.purpose), { cause: error });
  } finally {
    await observer.close();
  }
}

/** An index that is dropped during a read is gone at the next read. */
const MAX_READS = 5;

async function retryCatalogRaces<T>(read: () => Promise<T>): Promise<T> {
  for (let reads = 1; ; reads += 1) {
    try {
      return await read();
    } catch (error) {
      if (reads === MAX_READS || !isCatalogRace(error)) throw error;
    }
  }
}

/**
 * The server's clock, in ISO 8601, so that two machines agree on how long an index has existed.
 */
export async function serverTime(observer: Session): Promise<string> {
  const rows = await observer.query<{ now: Date }>("SELECT clock_timestamp() AS now");
  return onlyRow(rows).now.toISOString();
}
