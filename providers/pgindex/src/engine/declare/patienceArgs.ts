import { z } from "zod";
import { duration } from "../input/duration";
import { issueMessage } from "../input/parse";
import type { PatienceOptions } from "./patienceOptions";

/** An upper limit: nobody wants to wait that long for a server that is gone. */
export const MAX_RETRIES = 1_000;

/**
 * A resource's arguments for how long to wait, how often to retry, and what to do about sessions
 * that wait behind it.
 */
export const patienceArgs = {
  waitFor: duration.optional(),
  buildWithin: duration.optional(),
  stallBudget: duration.optional(),
  retries: z.number().int().min(0).max(MAX_RETRIES).optional(),
  waiters: z
    .enum(["warn", "yield", "cancel"], {
      error: () => issueMessage("is not one of the three", 'write "warn", "yield" or "cancel"'),
    })
    .optional(),
};

const ofResource = z.object(patienceArgs);

/** Undefined if nothing is declared; omits undefined values, which a state cannot store. */
export function toPatienceOptions(
  parsed: z.output<typeof ofResource>,
): PatienceOptions | undefined {
  const { waitFor, buildWithin, stallBudget, retries, waiters } = parsed;
  const options = {
    waitForMs: waitFor,
    buildWithinMs: buildWithin,
    stallBudgetMs: stallBudget,
    retries,
    waiters,
  };
  const declared = Object.entries(options).filter(([, value]) => value !== undefined);
  return declared.length === 0 ? undefined : Object.fromEntries(declared);
}
