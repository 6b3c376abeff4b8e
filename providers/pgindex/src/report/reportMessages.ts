import { type Advice, errorText } from "../engine/errors/advice";

/** Every message about what a report is made of. */

export function noMeasurementsAdvice(file: string, error: unknown): Advice {
  return {
    what: `${file} has no measurements that the report can show`,
    why: errorText(error).split("\n")[0] ?? "it is not JSON",
    fix:
      'write { "title": "load test", "results": ' +
      '[{ "promise": "no failed write", "measured": "0 of 9000", "ok": true }] }',
  };
}
