import pRetry from "p-retry";
import { CancelledError, firstLine, PgIndexError, UnsuitableServerError } from "../errors/advice";
import { classify } from "../errors/sqlstate";
import type { Context } from "./context";
import { OutOfPatience } from "./patience";

/** The default for operations that set no limits. */
const RETRIES = 9;

/**
 * Retries `attempt` while the error means "not now". Every attempt opens its own sessions and reads
 * the catalog again before it acts, because a lost connection leaves the outcome of its statement
 * unknown.
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
          `attempt ${attemptNumber} was interrupted (${firstLine(error)}); trying again`,
        );
      }
    },
    shouldRetry: ({ error }) => isWorthRetrying(error, connectedOnce),
  });
}

/** A server that never answered has a wrong address; one that answered before is restarting. */
function isWorthRetrying(error: Error, connectedOnce: boolean): boolean {
  if (error instanceof CancelledError || error instanceof OutOfPatience) return false;
  // After a failover, the old primary can answer as a standby until DNS or the new primary is
  // ready.
  if (error instanceof UnsuitableServerError) return connectedOnce;
  if (error instanceof PgIndexError)
    return connectedOnce && error.cause !== undefined && classify(error.cause) === "retry";
  return classify(error) !== "final";
}
