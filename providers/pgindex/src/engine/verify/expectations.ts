import type { IndexOnTable } from "../catalog/indexTree";
import type { Measured } from "../measure/measure";
import type { QueryMeasurement } from "../measure/measurement";
import type { Expectation, ParsedQuery } from "../measure/servedQueries";
import { qualified } from "../text/sql";

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
  const before = earlier?.executionMs == null ? null : toBefore(earlier);
  const ratio = ratioOf(before, measurement);
  const problems = problemsOf(query, measured, { before, ratio }, index);
  return { ...measurement, note: note ?? null, before, ratio, ok: problems.length === 0, problems };
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

function problemsOf(
  { expect, ...query }: ParsedQuery,
  { measurement, usable, failure }: Measured,
  { before, ratio }: Pick<VerifiedQuery, "before" | "ratio">,
  index: IndexOnTable,
): string[] {
  if (failure) return [failure.message];
  if (measurement.executionMs === null) return notRunProblems(expect, measurement);
  return [
    planProblem(expect, measurement, usable, index),
    timeProblem(expect, query, measurement),
    ratioProblem(expect, measurement, before, ratio),
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

function planProblem(
  expect: Expectation,
  { planType, index: found, usesIndex }: QueryMeasurement,
  usable: boolean | null,
  index: IndexOnTable,
): string | undefined {
  const isType =
    !expect.planTypes || expect.planTypes.some((expectedType) => expectedType === planType);
  if (isType && (usesIndex || !expect.usesIndex)) return undefined;
  const types = expect.planTypes?.join(" or ") ?? "a plan";
  const expected = expect.usesIndex ? `${types} using ${index.schema}.${index.name}` : types;
  const plan = planType ?? `no scan of ${index.schema}.${index.table}`;
  const using = found ? ` using ${found}` : "";
  const advice = planAdvice(planType, usesIndex, usable, index);
  return `expected ${expected}, found ${plan}${using}; ${advice}`;
}

function planAdvice(
  planType: string | null,
  usesIndex: boolean,
  usable: boolean | null,
  index: IndexOnTable,
): string {
  const analyze = `run ANALYZE ${qualified(index.schema, index.table)}; and then pulumi refresh`;
  if (planType === null) return "check that the query reads the index's table";
  if (usesIndex)
    return `if that is just as good, add "${planType}" to expect.planTypes; otherwise ${analyze}`;
  if (usable === null) return analyze;
  const answer = `usable with enable_seqscan=off: ${usable ? "yes" : "no"}`;
  if (!usable) {
    return (
      `${answer}. Compare the query's conditions with the index: its first columns, their types ` +
      "and operator classes, and its predicate. Another index may serve the query better. " +
      `If they match, ${analyze}`
    );
  }
  return (
    "the planner prefers Seq Scan on small tables, and for large parts of any table; " +
    `${answer}. If this table is large, ${analyze}; ` +
    "if it is small here, set expect.usesIndex: false for this stack"
  );
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
  { executionMs }: QueryMeasurement,
  before: QueryBefore | null,
  ratio: number | null,
): string | undefined {
  if (minimumRatio === undefined || ratio === null || ratio >= minimumRatio) return undefined;
  return (
    `expected to be ${minimumRatio} times faster than before, found ${ratio} ` +
    `(${before?.executionMs} ms before, ${executionMs} ms now); ` +
    "on a small table there is little to gain: lower expect.minimumRatio for this stack"
  );
}
