import { LockedTableError, PgIndexError } from "../../engine/errors/advice";
import { isConnectionLoss, sqlState } from "../../engine/errors/sqlstate";

/** No connection, not let in, no room, shut down: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SAYS_NOTHING = new Set<string | undefined>(["08", "28", "3D", "53", "57"]);

/** Whether an error says something of the declaration, and not only that nobody could look. */
export function isAnswer(error: unknown): error is PgIndexError {
  if (!(error instanceof PgIndexError) || error instanceof LockedTableError) return false;
  const { cause } = error;
  return !isConnectionLoss(cause) && !SAYS_NOTHING.has(sqlState(cause)?.slice(0, 2));
}
