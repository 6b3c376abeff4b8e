import { z } from "zod";
import { duration } from "../input/duration";
import { issueMessage } from "../input/parse";
import type { PatienceOptions } from "./patienceOptions";

/** A wait behind a forgotten server is nobody's wish; p-retry would count them all the same. */
export const MAX_RETRIES = 1_000;

/**
 * Arguments of a resource that say how long it waits, how often it tries, and what becomes of who
 * waits behind it.
 */
export const patienceArgs = {
  waitFor: duration.optional(),
  buildWithin: duration.optional(),
  retries: z.number().int().min(0).max(MAX_RETRIES).optional(),
  waiters: z
    .enum(["warn", "yield", "cancel"], {
      error: () => issueMessage("is not one of the three", 'write "warn", "yield" or "cancel"'),
    })
    .optional(),
};

const ofResource = z.object(patienceArgs);

/** Undefined where nothing is declared; holds no undefined value, which a state could not keep. */
export function toPatienceOptions(
  parsed: z.output<typeof ofResource>,
): PatienceOptions | undefined {
  const { waitFor, buildWithin, retries, waiters } = parsed;
  const options = { waitForMs: waitFor, buildWithinMs: buildWithin, retries, waiters };
  const declared = Object.entries(options).filter(([, value]) => value !== undefined);
  return declared.length === 0 ? undefined : Object.fromEntries(declared);
}
