import { isConnectionLoss } from "../errors/sqlstate";

/** As many are read one by one before everything is read at once. */
const FEW = 10;

/** A look at a database is taken anew after so long. */
export const OLDEST_MS = 60_000;

/**
 * What several pieces of work read of one database, which none of them changes. What only a few
 * ask for is read for each; then all there is, in one query, for everybody.
 */
export class SharedReads {
  /** Whether an answer will do that was read before it was asked for. */
  readonly mayBeOld: boolean;
  private readonly asked = new Map<unknown, number>();
  private readonly reads = new Map<unknown, { readonly at: number; readonly value: unknown }>();
  /** What the server has not answered in time. */
  private readonly tooLong = new Set<unknown>();

  constructor(mayBeOld: boolean) {
    this.mayBeOld = mayBeOld;
  }

  /** What `read` has read before, by anybody. */
  kept<T>(key: unknown, read: () => Promise<T>, oldestMs = OLDEST_MS): Promise<T> {
    if (!this.mayBeOld) return read();
    const known = this.reads.get(key);
    const now = performance.now();
    if (known && now - known.at <= oldestMs) return known.value as Promise<T>;
    const value = read();
    this.reads.set(key, { at: now, value });
    value.catch((error) => {
      this.reads.delete(key);
      if (isConnectionLoss(error)) this.tooLong.add(key);
    });
    return value;
  }

  /** Whether more than a few have asked for it, and the server can answer it in time. */
  isWanted(key: unknown): boolean {
    const asked = (this.asked.get(key) ?? 0) + 1;
    this.asked.set(key, asked);
    return this.mayBeOld && asked > FEW && !this.tooLong.has(key);
  }
}

interface Shareable {
  readonly shared?: SharedReads;
}

/**
 * All that `read` reads, for everybody who shares the session. Undefined where nobody does, for the
 * first few who ask, and where the connection was lost over it: they had better read what they need.
 */
export function everything<S extends Shareable, T>(
  session: S,
  read: (session: S) => Promise<T>,
  oldestMs?: number,
): Promise<T> | undefined {
  const { shared } = session;
  return shared?.isWanted(read) ? shared.kept(read, () => read(session), oldestMs) : undefined;
}

/** What `read` reads is the same for everybody who shares the session. */
export function once<S extends Shareable, T>(
  session: S,
  read: (session: S) => Promise<T>,
  oldestMs?: number,
): Promise<T> {
  return session.shared?.kept(read, () => read(session), oldestMs) ?? read(session);
}
