import { z } from "zod";
import { errorText, PgIndexError } from "../engine/errors/advice";

const extra = z.object({
  title: z.string(),
  /**
   * How long writes took while the indexes were built, such as the slowest of each tenth of a
   * second.
   */
  writes: z.array(z.object({ at: z.iso.datetime(), ms: z.number() })).default([]),
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
    throw new PgIndexError(
      {
        what: `${file} has no measurements that the report can show`,
        why: errorText(error).split("\n")[0] ?? "it is not JSON",
        fix:
          'write { "title": "load test", "results": [' +
          '{ "promise": "no failed write", "measured": "0 of 9000", "ok": true }] }',
      },
      { cause: error },
    );
  }
}
