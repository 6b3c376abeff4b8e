import { subject } from "../declare/desiredIndex";
import { CancelledError, NOTHING_CHANGED, PgIndexError } from "../errors/advice";
import { OutOfPatience, Patience } from "../operation/patience";
import { outOfPatienceAdvice } from "../operation/patienceMessages";
import { withRetries } from "../operation/retries";
import { inTurn } from "../operation/turns";
import { withWorkspace } from "../session/workspace";
import { attempt } from "./attempt";
import { buildFailedAdvice } from "./buildMessages";
import { removeLeftover } from "./cleanUp";
import type { Ensured, Progress, Request } from "./request";

/**
 * Makes the declared index exist, valid: looks, decides, acts, and looks again until nothing is
 * left to do; and does so again when interrupted. Create and update are this one function, since
 * only the live state decides.
 *
 * Throws {@link PgIndexError} with advice when it is refused or fails for good, after removing what
 * a failed build of its own left; {@link CancelledError} when cancelled.
 */
export async function ensureIndex(asked: Request): Promise<Ensured> {
  const { target, desired } = asked;
  const patience = new Patience(desired.patience, target.patience);
  const ctx = { ...asked.ctx, patience };
  const request = { ...asked, ctx };
  const progress: Progress = { rebuilt: new Set() };
  const { name, searchPath } = desired;
  const options = { purpose: `build ${name}`, searchPath, builds: true };
  return inTurn(target, `${desired.schema}.${desired.table}`, ctx, async () => {
    try {
      return await withRetries(ctx, () =>
        withWorkspace(target, options, (workspace) => attempt(workspace, request, progress)),
      );
    } catch (error) {
      throw await explainFailure(error, request, progress);
    }
  });
}

async function explainFailure(
  error: unknown,
  { target, desired, ctx }: Request,
  progress: Progress,
): Promise<unknown> {
  const { building } = progress;
  if (building === undefined && ctx.signal.aborted)
    return new CancelledError(`cancelled; ${NOTHING_CHANGED}`);
  if (building === undefined && !(error instanceof OutOfPatience)) return error;
  const cleanedUp = building ? await removeLeftover(target, building, ctx) : NOTHING_CHANGED;
  if (ctx.signal.aborted || error instanceof CancelledError)
    return new CancelledError(`cancelled; ${cleanedUp}`);
  if (error instanceof PgIndexError) return error;
  if (error instanceof OutOfPatience)
    return new PgIndexError(outOfPatienceAdvice(subject(desired), error, cleanedUp), {
      cause: error,
    });
  return new PgIndexError(buildFailedAdvice(desired, error, cleanedUp, progress.estimatedBytes), {
    cause: error,
  });
}
