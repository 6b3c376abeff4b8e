import { PgIndexError } from "../../engine/errors/advice";
import type { IndexOutputs } from "../../engine/record/outputs";
import { withObserver } from "../../engine/session/workspace";
import { displayName } from "../../engine/text/render";
import { lookAtDrop } from "../../review/run/drops";
import { worsenedDelete, worsenedSince } from "../../review/worsened";
import type { Call, CheckFailure } from "../contract";
import { toFailure } from "../inputs";
import type { Runtime } from "../runtime";
import { settle } from "./settle";
import { lookRecord, type Seen } from "./writeLook";

/** Refuses what is worse than the reviewer was shown, in the preview already. */
export async function heldCheck(runtime: Runtime, seen: Seen): Promise<CheckFailure[]> {
  const { urn, isPreview } = seen.call;
  if (urn === undefined || seen.failures.length > 0) return [];
  try {
    const error = await objection(runtime, urn, seen);
    return error ? [toFailure(error)] : [];
  } catch (error) {
    if (!isPreview || !isMissingFile(error)) return [toFailure(error)];
    // Who only previews may have no plan yet.
    runtime.review.sayMissing((text) => runtime.context(urn).log("warning", text), error);
    return [];
  }
}

/** What a preview is refused for. A refresh, which calls diff too, and an up are only told of it. */
export async function heldDiff(runtime: Runtime, seen: Seen): Promise<PgIndexError | undefined> {
  const { urn } = seen.call;
  if (urn === undefined) return undefined;
  const error = await objection(runtime, urn, seen).catch(asAdvice);
  runtime.review.settle(urn, error);
  if (!error || isMissingFile(error)) return undefined;
  if (!runtime.looks.isPreview(urn)) runtime.context(urn).log("warning", error.message);
  return error;
}

/** Throws {@link PgIndexError} where the plan does not drop the index, or where it now costs more. */
export async function heldDelete(
  runtime: Runtime,
  { urn }: Call,
  outputs: IndexOutputs,
): Promise<void> {
  const plan = urn === undefined ? undefined : runtime.review.planFor(urn);
  if (!plan || urn === undefined) return;
  const database = runtime.database();
  const options = { purpose: `look before dropping ${outputs.name}`, writable: false };
  const look = await withObserver(database, options, (observer) =>
    lookAtDrop(observer, outputs, database),
  );
  const inventory = await runtime.inventory();
  const here = inventory && { ...inventory.database, serverVersion: inventory.serverVersion };
  const reasons = worsenedDelete(plan.index(urn), { ...look, database: here });
  const error = settle(runtime, urn, `index ${displayName(outputs)}`, reasons);
  if (error) throw error;
  runtime.review.begin(urn);
}

async function objection(
  runtime: Runtime,
  urn: string,
  seen: Seen,
): Promise<PgIndexError | undefined> {
  const plan = runtime.review.planFor(urn);
  if (!plan) return undefined;
  const now = await lookRecord(runtime, urn, seen);
  // What this run has begun is in the way of the next, which the plan could not show.
  const hazards = runtime.review.hasBegun ? [] : now.hazards;
  const reasons = worsenedSince(plan.index(urn), { ...now, hazards });
  const what = now.index ? `index ${displayName(now.index)}` : "the index";
  return settle(runtime, urn, what, reasons);
}

function asAdvice(error: unknown): PgIndexError {
  if (error instanceof PgIndexError) return error;
  throw error;
}

function isMissingFile(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return (cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
}
