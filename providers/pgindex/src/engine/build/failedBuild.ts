import { subject } from "../declare/desiredIndex";
import { CancelledError, NOTHING_CHANGED, PgIndexError } from "../errors/advice";
import { OutOfPatience } from "../operation/patience";
import { outOfPatienceAdvice } from "../operation/patienceMessages";
import { unencodableSchema } from "../situation/encodable";
import { buildFailedAdvice, doneText, leftBehindAdvice } from "./buildMessages";
import { removeDetached } from "./detachedPart";
import type { Journal } from "./journal";
import { removeLeftover } from "./leftoverCleanup";
import type { Request } from "./request";

/** Removes what our failed build left behind and returns the error that reports both. */
export async function explainFailure(
  error: unknown,
  request: Request,
  journal: Journal,
): Promise<unknown> {
  const { desired, ctx } = request;
  const { building, done, estimatedBytes } = journal;
  const isAborted = ctx.signal.aborted || error instanceof CancelledError;
  if (building === undefined && done.length === 0) {
    if (ctx.signal.aborted) return new CancelledError(`cancelled; ${NOTHING_CHANGED}`);
    if (!(error instanceof OutOfPatience)) return unencodableSchema(desired, error) ?? error;
  }
  const left = await cleanUp(request, journal);
  if (isAborted) return new CancelledError(`cancelled; ${left}`);
  if (error instanceof PgIndexError) {
    return new PgIndexError(leftBehindAdvice(error.advice, left), { cause: error });
  }
  if (building === undefined && !(error instanceof OutOfPatience)) return error;
  const advice =
    error instanceof OutOfPatience
      ? outOfPatienceAdvice(subject(desired), error, left)
      : buildFailedAdvice(desired, error, { cleanedUp: left, estimatedBytes });
  return new PgIndexError(advice, { cause: error });
}

async function cleanUp(request: Request, { building, done, unattached }: Journal): Promise<string> {
  const { database, desired, ctx } = request;
  const stays = done.length > 0 ? [doneText(done)] : [];
  if (!building) return stays[0] ?? NOTHING_CHANGED;
  const detached: string[] = [];
  for (const made of unattached.values())
    detached.push(await removeDetached(database, made, desired, ctx));
  const said = detached.filter((text) => text !== "");
  return [...said, await removeLeftover(database, building, ctx), ...stays].join("; ");
}
