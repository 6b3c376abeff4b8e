import type { OtherSession } from "../catalog/sessions/otherSessions";
import { describeSession } from "../catalog/sessions/sessionDescription";
import { renderElapsed } from "../text/render";
import { isWait, PHASES, phaseIndex } from "./phases";

/** A row of `pg_stat_progress_create_index` for the builder's session. */
export interface ProgressRow {
  readonly phase: string | null;
  readonly lockersDone: number;
  readonly lockersTotal: number;
  readonly blocksDone: number;
  readonly blocksTotal: number;
  readonly tuplesDone: number;
  readonly tuplesTotal: number;
  readonly partitionsDone: number;
  readonly partitionsTotal: number;
}

/**
 * The columns of a {@link ProgressRow}. Without pg_read_all_stats, another role's build shows
 * nulls.
 */
export const PROGRESS_COLUMNS = [
  "phase",
  ...["lockers", "blocks", "tuples", "partitions"].flatMap((unit) => [
    `coalesce(${unit}_done, 0)::float8 AS "${unit}Done"`,
    `coalesce(${unit}_total, 0)::float8 AS "${unit}Total"`,
  ]),
].join(", ");

/** Everything one progress line shows. */
export interface Progress {
  readonly row: ProgressRow | undefined;
  readonly elapsedMs: number;
  readonly blockers: readonly OtherSession[];
  readonly waiters: readonly OtherSession[];
  /** What it waits for that is no session, in words. */
  readonly waitsFor?: string | undefined;
}

/**
 * Renders one line for the resource's row. It shows no estimated end and no overall percentage,
 * because phases have no common unit (a gin build is "at 30 %" for 90 % of its time).
 *
 * @example "building index: scanning table, step 3 of 8, blocks 12,000 of 60,000, 4 s"
 */
export function renderProgress(verb: string, progress: Progress): string {
  const { row, blockers, waiters, waitsFor } = progress;
  const parts = [row?.phase ?? verb];
  const step = row?.phase ? stepOf(row.phase) : undefined;
  if (step) parts.push(`step ${step} of ${PHASES.length}`);
  const counter = row && renderCounter(row);
  if (counter) parts.push(counter);
  parts.push(renderElapsed(progress.elapsedMs));
  if (blockers.length > 0) parts.push(`waits for ${blockers.map(describeSession).join("; ")}`);
  else if (waitsFor) parts.push(`waits for ${waitsFor}`);
  if (waiters.length > 0)
    parts.push(`${waiters.length} waiting behind: ${waiters.map(describeSession).join("; ")}`);
  return parts.join(", ");
}

function stepOf(phase: string): number | undefined {
  const at = phaseIndex(phase);
  return at === undefined ? undefined : at + 1;
}

/** The phase's own counter; sorting has none. */
function renderCounter(row: ProgressRow): string | undefined {
  if (row.phase && isWait(row.phase)) {
    return row.lockersTotal > 0
      ? `${row.lockersDone} of ${row.lockersTotal} sessions gone`
      : undefined;
  }
  if (row.tuplesTotal > 0) return `tuples ${number(row.tuplesDone)} of ${number(row.tuplesTotal)}`;
  if (row.blocksTotal > 0) return `blocks ${number(row.blocksDone)} of ${number(row.blocksTotal)}`;
  return undefined;
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}
