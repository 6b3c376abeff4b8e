import type { Run, Scan } from "../explain/explain";
import type { ParsedQuery } from "./servedQueries";

/** The measured cost of one query. Plain JSON that never contains a value of a row. */
export interface QueryMeasurement {
  /** The served query's name. */
  readonly name: string;
  /**
   * How the plan reads the index's table ("Index Scan"); null if it does not read the table or
   * nothing ran.
   */
  readonly planType: string | null;
  /** The index that this scan uses, or null. */
  readonly index: string | null;
  /** Whether that is the index being measured. */
  readonly usesIndex: boolean;
  /**
   * Median of the runs in milliseconds, without planning; the timeout if the query timed out; null
   * if nothing ran.
   */
  readonly executionMs: number | null;
  /** Rows returned, median of the runs. */
  readonly rows: number | null;
  /** 8 kB pages read from memory or disk, median of the runs. */
  readonly buffers: number | null;
  /** True if a run exceeded the timeout; executionMs is then a lower bound. */
  readonly timedOut: boolean;
  /** Number of completed runs, without the warm-up. */
  readonly runs: number;
  /**
   * How much of the reading of the table the index does, from 0 to 1; null if the table is not
   * read. Missing in measurements of older releases.
   */
  readonly indexShare?: number | null;
  /** Rows that the index returned to the run that got most of it; null if nothing ran. */
  readonly indexRows?: number | null;
  /** True if every run ended before it got to the table. */
  readonly neverRan?: boolean;
  /** The plan for parameters whose values are not known; null for a query without parameters. */
  readonly genericPlan?: GenericPlan | null;
  /** Identifies the text that was measured: other SQL under the same name is another query. */
  readonly textHash?: string;
  /** A remark about the measurement, if any. */
  readonly note?: string;
}

/** The plan that PostgreSQL keeps for a prepared statement. */
export interface GenericPlan {
  readonly planType: string | null;
  readonly index: string | null;
  readonly usesIndex: boolean;
  /** Whether the server would choose it after five executions. */
  readonly isChosen: boolean;
}

type Named = Pick<ParsedQuery, "name">;

/** Summarizes the runs: their medians and their most frequent plan. */
export function summarize({ name }: Named, runs: readonly Run[]): QueryMeasurement {
  const plans = plansByFrequency(runs);
  const { planType, index, usesIndex } = plans[0]?.run ?? NO_SCAN;
  return {
    name,
    planType,
    index,
    usesIndex,
    ...workOf(runs, plans[0]?.run),
    executionMs: median(runs.map((run) => run.executionMs)),
    rows: median(runs.map((run) => run.rows)),
    buffers: median(runs.map((run) => run.buffers)),
    timedOut: false,
    runs: runs.length,
    ...(plans.length > 1 && { note: `the plan depends on the values: ${renderPlans(plans)}` }),
  };
}

/** The share is that of the most frequent plan, the rows are those of any: one find is enough. */
function workOf(
  runs: readonly Run[],
  typical: Run | undefined,
): Pick<QueryMeasurement, "indexShare" | "indexRows" | "neverRan"> {
  if (typical?.indexShare === undefined) return {};
  const { indexShare } = typical;
  return {
    indexShare: indexShare === null ? null : Math.round(indexShare * 1000) / 1000,
    indexRows: Math.max(...runs.map((run) => run.indexRows ?? 0)),
    ...(runs.every((run) => run.neverRan) && { neverRan: true }),
  };
}

/** The first run with the most frequent plan. */
export function typicalRun(runs: readonly Run[]): Run | undefined {
  return plansByFrequency(runs)[0]?.run;
}

/**
 * Summarizes a query that exceeded its timeout. Its plan is still known unless planning also timed
 * out.
 */
export function summarizeTimeout(
  { name, timeoutMs }: Named & Pick<ParsedQuery, "timeoutMs">,
  scan: Scan | undefined,
  runs: number,
): QueryMeasurement {
  const { planType, index, usesIndex } = scan ?? NO_SCAN;
  return {
    name,
    planType,
    index,
    usesIndex,
    executionMs: timeoutMs,
    rows: null,
    buffers: null,
    timedOut: true,
    runs,
  };
}

/** The measurement of a query that did not run. */
export function notMeasured({ name }: Named, note: string): QueryMeasurement {
  return {
    name,
    ...NO_SCAN,
    executionMs: null,
    rows: null,
    buffers: null,
    timedOut: false,
    runs: 0,
    note,
  };
}

const NO_SCAN: Scan = { planType: null, index: null, usesIndex: false };

/**
 * The median, rounded to three decimals like EXPLAIN; null if there are no numbers.
 *
 * @example median([3, 1, 2]) // 2
 */
export function median(numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const middle = sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1);
  if (middle.length === 0) return null;
  const mean = middle.reduce((sum, number) => sum + number) / middle.length;
  return Math.round(mean * 1000) / 1000;
}

interface PlanCount {
  /** The first run with this plan. */
  readonly run: Run;
  readonly count: number;
}

/** The distinct plans, most frequent first; ties keep the order of the runs. */
function plansByFrequency(runs: readonly Run[]): PlanCount[] {
  const counts = new Map<string, PlanCount>();
  for (const run of runs) {
    const key = JSON.stringify([run.planType, run.index, run.usesIndex]);
    const before = counts.get(key) ?? { run, count: 0 };
    counts.set(key, { ...before, count: before.count + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

function renderPlans(plans: readonly PlanCount[]): string {
  return plans
    .map(
      ({ run, count }) =>
        `${run.planType ?? "no scan"}${run.index ? ` using ${run.index}` : ""} in ${count}`,
    )
    .join(", ");
}
