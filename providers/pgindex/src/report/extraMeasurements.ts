import { z } from "zod";
import { PgIndexError } from "../engine/errors/advice";
import { noMeasurementsAdvice } from "./reportMessages";

const extra = z.object({
  title: z.string(),
  /**
   * How long writes took while the indexes were built, such as the slowest of each tenth of a
   * second.
   */
  writes: z.array(z.object({ at: z.iso.datetime(), ms: z.number() })).default([]),
  /** The longest that a write waited; by default the slowest of `writes`. */
  longestStallMs: z.number().optional(),
  /** The same while the indexes were built without CONCURRENTLY, for comparison. */
  plainBuildStallMs: z.number().optional(),
  results: z.array(z.object({ promise: z.string(), measured: z.string(), ok: z.boolean() })),
});

/**
 * Measurements from another program, such as a load test of the application: its promises, what it
 * measured, and whether each promise was kept.
 */
export type ExtraMeasurements = z.output<typeof extra>;

/** Reads the text of a file of measurements. Throws {@link PgIndexError} if it is anything else. */
export function parseExtraMeasurements(text: string, file: string): ExtraMeasurements {
  try {
    return extra.parse(JSON.parse(text));
  } catch (error) {
    throw new PgIndexError(noMeasurementsAdvice(file, error), { cause: error });
  }
}
