import { z } from "zod";
import { errorText, PgIndexError } from "../engine/errors/advice";

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
export type ExtraMeasurements = z.output<typeof extra>;

/** Reads the text of such a file. Throws {@link PgIndexError} when it is something else. */
export function parseExtraMeasurements(text: string, file: string): ExtraMeasurements {
  try {
    return extra.parse(JSON.parse(text));
  } catch (error) {
    throw new PgIndexError(
      {
        what: `${file} holds no measurements that the report could show`,
        why: errorText(error).split("\n")[0] ?? "it is no JSON",
        fix: 'write { "title": "load test", "results": [{ "promise": "no failed write", "measured": "0 of 9000", "ok": true }] }',
      },
      { cause: error },
    );
  }
}
