import { z } from "zod";
import { PgIndexError } from "../errors/advice";
import { duration } from "../input/duration";
import { FIX, wrong } from "../input/parse";
import type { PatienceOptions } from "./patienceOptions";

/** A wait behind a forgotten server is nobody's wish; p-retry would count them all the same. */
const MAX_RETRIES = 1_000;

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
      error: () => wrong("is none of the three", 'write "warn", "yield" or "cancel"'),
    })
    .optional(),
};

const ofResource = z.object(patienceArgs);

/** The configuration of a stack consists of texts. */
const ofStack = z.object({
  ...patienceArgs,
  retries: z
    .string()
    .regex(/^\d{1,4}$/, wrong("is not a whole number of retries", 'write one, such as "9"'))
    .transform(Number)
    .optional(),
});

/** As configured for the stack or the Connection: texts that nobody has read yet. */
export type PatienceTexts = Readonly<Partial<Record<keyof typeof patienceArgs, string>>>;

/** Undefined where nothing is declared; holds no undefined value, which a state could not keep. */
export function toPatienceOptions(
  parsed: z.output<typeof ofResource>,
): PatienceOptions | undefined {
  const { waitFor, buildWithin, retries, waiters } = parsed;
  const options = { waitForMs: waitFor, buildWithinMs: buildWithin, retries, waiters };
  const declared = Object.entries(options).filter(([, value]) => value !== undefined);
  return declared.length === 0 ? undefined : Object.fromEntries(declared);
}

/** Reads what the stack says. Throws {@link PgIndexError} with advice. */
export function readStackPatience(texts: PatienceTexts): PatienceOptions {
  const { data, error } = ofStack.safeParse(texts);
  if (data) return toPatienceOptions(data) ?? {};
  const [issue] = error.issues;
  const name = String(issue?.path[0]) as keyof PatienceTexts;
  const [message, fix = "correct it"] = String(issue?.message).split(FIX);
  throw new PgIndexError({
    what: `pgindex:${name} "${texts[name]}" ${message}`,
    why: "it says how the whole stack waits, so nothing is begun before it can be read",
    fix: `${fix}: pulumi config set pgindex:${name} …, or the argument of the Connection`,
  });
}
