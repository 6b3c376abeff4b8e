import { subject } from "../declare/desiredIndex";
import { CancelledError, NOTHING_CHANGED, PgIndexError } from "../errors/advice";
import { OutOfPatience } from "../operation/patience";
import { outOfPatienceAdvice } from "../operation/patienceMessages";
import { buildFailedAdvice } from "./buildMessages";
import type { Journal } from "./journal";
import { removeLeftover } from "./leftoverCleanup";
import type { Request } from "./request";

/** Removes what our failed build left behind and returns the error that reports both. */
export async function explainFailure(
  error: unknown,
  { database, desired, ctx }: Request,
  { building, estimatedBytes }: Journal,
): Promise<unknown> {
  if (building === undefined && ctx.signal.aborted)
    return new CancelledError(`cancelled; ${NOTHING_CHANGED}`);
  if (building === undefined && !(error instanceof OutOfPatience)) return error;
  const cleanedUp = building ? await removeLeftover(database, building, ctx) : NOTHING_CHANGED;
  if (ctx.signal.aborted || error instanceof CancelledError)
    return new CancelledError(`cancelled; ${cleanedUp}`);
  if (error instanceof PgIndexError) return error;
  const advice =
    error instanceof OutOfPatience
      ? outOfPatienceAdvice(subject(desired), error, cleanedUp)
      : buildFailedAdvice(desired, error, { cleanedUp, estimatedBytes });
  return new PgIndexError(advice, { cause: error });
}
