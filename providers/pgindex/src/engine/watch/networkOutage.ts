import { PgIndexError } from "../errors/advice";
import { isConnectionLoss, sqlState } from "../errors/sqlstate";
import type { Session } from "../session/session";

/** If no new connection reaches the server for this long, the old connection is dead too. */
const OUTAGE_MS = 60_000;

/** Distinguishes a network that is down from a single lost connection. */
export class NetworkOutage {
  private since: number | undefined;

  reached(): void {
    this.since = undefined;
  }

  /** Whether the server has been unreachable for so long that no answer will come. */
  failed(error: unknown): boolean {
    if (!isUnreachable(error)) this.since = undefined;
    else this.since ??= performance.now();
    return this.since !== undefined && performance.now() - this.since > OUTAGE_MS;
  }
}

/** A server that answers at all, even with "too many connections", is reachable. */
function isUnreachable(error: unknown): boolean {
  if (error instanceof PgIndexError) return error.cause !== undefined && !sqlState(error.cause);
  return isConnectionLoss(error);
}

/**
 * Terminates a builder session that is idle while our statement still waits for its answer: the
 * network lost one of the two messages. The session holds the table's key, which the next attempt
 * needs, and the server might notice only after hours.
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
