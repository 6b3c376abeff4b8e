import { PgIndexError } from "../errors/advice";
import { isConnectionLoss, sqlState } from "../errors/sqlstate";
import type { Session } from "../session/session";

/**
 * A server that no new connection has reached for this long is out of reach for the old one too.
 */
const CUT_OFF_MS = 60_000;

/** Tells a network that is down from one that only lost a connection. */
export class NetworkOutage {
  private since: number | undefined;

  reached(): void {
    this.since = undefined;
  }

  /** Whether the server has been out of reach for so long that no answer will come any more. */
  failed(error: unknown): boolean {
    if (!isUnreachable(error)) this.since = undefined;
    else this.since ??= performance.now();
    return this.since !== undefined && performance.now() - this.since > CUT_OFF_MS;
  }
}

/** A server that answers at all, be it "too many connections", is no lost network. */
function isUnreachable(error: unknown): boolean {
  if (error instanceof PgIndexError) return error.cause !== undefined && !sqlState(error.cause);
  return isConnectionLoss(error);
}

/**
 * Ends a session that waits for a client whose statement waits for its answer: the network has
 * swallowed one of the two. The session holds the table's key, which the next attempt needs, and
 * the server might notice after hours.
 */
export async function terminateIdleBuilder(observer: Session, builder: Session): Promise<void> {
  try {
    await observer.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid = $1 AND state LIKE 'idle%' AND application_name LIKE 'pgindex %'`,
      [builder.pid],
    );
  } finally {
    builder.destroy();
  }
}
