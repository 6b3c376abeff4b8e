import type { IndexOnTable } from "../catalog/indexTree";
import type { Measured } from "../measure/measure";
import type { QueryMeasurement } from "../measure/measurement";
import type { Expectation, ParsedQuery } from "../measure/servedQueries";
import { genericNote, genericProblem, planProblem, workProblem } from "./planProblems";

/** The query's measurement from before the index was built. */
export type QueryBefore = Pick<
  QueryMeasurement,
  "planType" | "executionMs" | "rows" | "buffers" | "timedOut"
>;

/** One measured, compared and judged query of a `Verification`. Plain JSON. */
export interface VerifiedQuery extends Omit<QueryMeasurement, "note"> {
  /** A remark about the measurement, or null. */
  readonly note: string | null;
  readonly before: QueryBefore | null;
  /**
   * How many times faster the query is than before, to one decimal; a lower bound if the earlier
   * run timed out.
   */
  readonly ratio: number | null;
  /** True if every expectation is met. */
  readonly ok: boolean;
  /** Unmet expectations, each with what was expected, what was found, and what to do. */
  readonly problems: readonly string[];
}

/** Compares a measurement with the expectations and with the one from before the build. Pure. */
export function judge(
  query: ParsedQuery,
  measured: Measured,
  earlier: QueryMeasurement | undefined,
  index: IndexOnTable,
): VerifiedQuery {
  const { note, ...measurement } = measured.measurement;
  const isOfOther = isOtherText(earlier, measurement);
  const before = earlier?.executionMs == null || isOfOther ? null : toBefore(earlier);
  const ratio = ratioOf(before, measurement);
  const problems = problemsOf(query, measured, { before, ratio, isOfOther }, index);
  const notes = [note, genericNote(measurement), ...(measured.circumstances?.remarks ?? [])];
  return {
    ...measurement,
    note: notes.filter((each) => each !== undefined).join("; ") || null,
    before,
    ratio,
    ok: problems.length === 0,
    problems,
  };
}

/** Other SQL under the same name. Measurements of older releases do not say what they measured. */
function isOtherText(
  earlier: QueryMeasurement | undefined,
  { textHash }: Pick<QueryMeasurement, "textHash">,
): boolean {
  return Boolean(earlier?.textHash && textHash && earlier.textHash !== textHash);
}

function toBefore(earlier: QueryMeasurement): QueryBefore {
  const { planType, executionMs, rows, buffers, timedOut } = earlier;
  return { planType, executionMs, rows, buffers, timedOut };
}

/** EXPLAIN's precision: it reports any shorter time as 0. */
const SHORTEST_MS = 0.001;

function ratioOf(
  before: QueryBefore | null,
  after: Pick<QueryMeasurement, "executionMs" | "timedOut">,
): number | null {
  if (before?.executionMs == null || after.executionMs === null || after.timedOut) return null;
  return Math.round((before.executionMs / Math.max(after.executionMs, SHORTEST_MS)) * 10) / 10;
}

/** A query's result before the build, and what it is worth. */
interface Earlier extends Pick<VerifiedQuery, "before" | "ratio"> {
  /** What was measured then is another query. */
  readonly isOfOther: boolean;
}

function problemsOf(
  { expect, ...query }: ParsedQuery,
  { measurement, usable, failure, circumstances }: Measured,
  earlier: Earlier,
  index: IndexOnTable,
): string[] {
  if (failure) return [failure.message];
  if (measurement.executionMs === null) return notRunProblems(expect, measurement);
  const hidden = circumstances?.hidden ?? [];
  return [
    planProblem(expect, { measurement, usable, hidden }, index),
    workProblem(expect, measurement, hidden, index),
    genericProblem(expect, measurement, index),
    timeProblem(expect, query, measurement),
    ratioProblem(expect, measurement, earlier),
  ].filter((problem) => problem !== undefined);
}

function notRunProblems(expect: Expectation, { note }: QueryMeasurement): string[] {
  const demands = expect.planTypes ?? expect.maximumMs ?? expect.minimumRatio ?? expect.usesIndex;
  if (!demands) return [];
  return [
    `not measured: ${note}; run pulumi refresh once the table has rows for sample to find, ` +
      "or give values",
  ];
}

function timeProblem(
  { maximumMs }: Expectation,
  { timeoutMs }: Pick<ParsedQuery, "timeoutMs">,
  { executionMs, timedOut, runs, planType }: QueryMeasurement,
): string | undefined {
  if (timedOut) {
    return (
      `did not end within its timeout of ${timeoutMs} ms (${planType ?? "plan unknown"}); ` +
      "raise timeout to learn how long it takes"
    );
  }
  if (maximumMs === undefined || executionMs === null || executionMs <= maximumMs) return undefined;
  return (
    `expected at most ${maximumMs} ms, found ${executionMs} ms (${planType}, median of ${runs}); ` +
    "run pulumi refresh when the server is less busy, or raise expect.maximumMs"
  );
}

function ratioProblem(
  { minimumRatio }: Expectation,
  { executionMs, timedOut }: QueryMeasurement,
  { before, ratio, isOfOther }: Earlier,
): string | undefined {
  // A query that did not end has a problem of its own.
  if (minimumRatio === undefined || timedOut) return undefined;
  const expected = `expected to be ${minimumRatio} times faster than before`;
  if (ratio === null) {
    const why = isOfOther ? "another text was measured under its name" : "nothing was measured";
    return (
      `${expected}, but ${why} before the build, so it is not known; ` +
      "leave expect.minimumRatio out for this stack, or expect maximumMs"
    );
  }
  if (ratio >= minimumRatio) return undefined;
  return (
    `${expected}, found ${ratio} (${before?.executionMs} ms before, ${executionMs} ms now); ` +
    "on a small table there is little to gain: lower expect.minimumRatio for this stack"
  );
}
