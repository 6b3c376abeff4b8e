import { z } from "zod";
import { PgIndexError } from "../engine/errors/advice";
import { noMeasurementsAdvice } from "./reportMessages";

const extra = z.object({
  title: z.string(),
  /**
   * What writes took while the indexes were built, such as the slowest of each tenth of a second.
   */
  writes: z.array(z.object({ at: z.iso.datetime(), ms: z.number() })).default([]),
  results: z.array(z.object({ promise: z.string(), measured: z.string(), ok: z.boolean() })),
});

/**
 * What another program has measured, such as a test of the application under load: its promises,
 * what it found, and whether that is as promised.
 */
export type Extra = z.output<typeof extra>;

/** Reads the text of such a file. Throws {@link PgIndexError} when it is something else. */
export function parseExtra(text: string, file: string): Extra {
  try {
    return extra.parse(JSON.parse(text));
  } catch (error) {
    throw new PgIndexError(noMeasurementsAdvice(file, error), { cause: error });
  }
}
