import type { Run, Scan } from "./explain";
import type { ParsedQuery } from "./servedQueries";

/** What a query takes. Plain JSON, and never a value of a row. */
export interface QueryMeasurement {
  /** The served query's name. */
  readonly name: string;
  /**
   * How the plan reads the index's table ("Index Scan"); null when it does not, or when nothing was
   * run.
   */
  readonly planType: string | null;
  /** The index that this scan uses, or null. */
  readonly index: string | null;
  /** Whether it is the index that was measured for. */
  readonly usesIndex: boolean;
  /**
   * Median of the runs in milliseconds, planning not counted; the timeout when it timed out; null
   * when nothing was run.
   */
  readonly executionMs: number | null;
  /** Rows that the query returned, median of the runs. */
  readonly rows: number | null;
  /** Pages of 8 kB that were read, from memory or disk; median of the runs. */
  readonly buffers: number | null;
  /** A run took longer than the timeout: executionMs is a lower bound. */
  readonly timedOut: boolean;
  /** How many runs ended and count. */
  readonly runs: number;
  /** What else is worth knowing. */
  readonly note?: string;
}

type Named = Pick<ParsedQuery, "name">;

/** Medians of the runs, and the plan that most of them had. */
export function summarize({ name }: Named, runs: readonly Run[]): QueryMeasurement {
  const plans = plansByFrequency(runs);
  const { planType, index, usesIndex } = plans[0]?.run ?? NO_SCAN;
  return {
    name,
    planType,
    index,
    usesIndex,
    executionMs: median(runs.map((run) => run.executionMs)),
    rows: median(runs.map((run) => run.rows)),
    buffers: median(runs.map((run) => run.buffers)),
    timedOut: false,
    runs: runs.length,
    ...(plans.length > 1 && { note: `the plan depends on the values: ${renderPlans(plans)}` }),
  };
}

/** The first run with the plan that most of them had. */
export function typicalRun(runs: readonly Run[]): Run | undefined {
  return plansByFrequency(runs)[0]?.run;
}

/**
 * A query that took longer than its timeout: its plan is known all the same, unless planning itself
 * took too long.
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

/** A query that was not run. */
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

/** The middle of the numbers, rounded to EXPLAIN's own precision. */
export function median(numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const middle = sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1);
  if (middle.length === 0) return null;
  const mean = middle.reduce((sum, number) => sum + number) / middle.length;
  return Math.round(mean * 1000) / 1000;
}

interface PlanCount {
  /** The first of them. */
  readonly run: Run;
  readonly count: number;
}

/** Commonest first; the earlier one where two are as common. */
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
