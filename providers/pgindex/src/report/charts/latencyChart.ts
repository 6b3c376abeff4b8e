import type { VerifiedQuery } from "../../engine/verify/expectations";
import { type Html, html } from "../page/htmlTemplate";
import { milliseconds, number, times } from "../valueFormats";
import { chart, columns, coordinate, logScale, percent, type Tick, xAxis } from "./chartFrame";

/** EXPLAIN's own precision, because a logarithmic axis has no zero. */
const SHORTEST_MS = 0.001;

interface Timing {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  /** In words, as they stand beside the name. */
  readonly text: string;
}

/**
 * Times before and after for each query that has both, on a logarithmic axis. The times stand
 * beside the name, so they cannot meet however close they are. Undefined if no query has both.
 */
export function latencyChart(queries: readonly VerifiedQuery[]): Html | undefined {
  const timings = queries.flatMap(timingOf);
  if (timings.length === 0) return undefined;
  const all = timings.flatMap(({ before, after }) => [before, after]);
  const scale = logScale(all, axisTime);
  const at = (ms: number) => scale.percent(ms);
  const label = timings.map(({ name, text }) => `${name}: ${text}`);
  return chart(`Time of each query. ${label.join(". ")}`, [
    ...timings.map((timing) => row(timing, at, scale.ticks)),
    xAxis(scale.ticks),
  ]);
}

function row(
  { name, before, after, text }: Timing,
  at: (ms: number) => number,
  ticks: readonly Tick[],
): Html {
  const [left, right] = [at(before), at(after)].sort((a, b) => a - b) as [number, number];
  const link = `left:${percent(left)};width:${percent(right - left)}`;
  return html`<p class="label"><b>${name}</b> <span>${text}</span></p>
<div class="track">${columns(ticks)}<i class="link" style="${link}"></i>
<i class="dot hollow before" style="left:${percent(at(before))}"></i>
<i class="dot after" style="left:${percent(at(after))}"></i></div>
`;
}

function timingOf({ name, before, executionMs, timedOut, ratio }: VerifiedQuery): Timing[] {
  if (before?.executionMs == null || executionMs === null) return [];
  const atLeast = (ms: number) => coordinate(Math.max(ms, SHORTEST_MS));
  const said = (ms: number, isOver: boolean) => `${isOver ? "over " : ""}${milliseconds(ms)}`;
  const was = said(before.executionMs, before.timedOut);
  const text = `${was} before, ${said(executionMs, timedOut)} after${times(ratio)}`;
  return [{ name, before: atLeast(before.executionMs), after: atLeast(executionMs), text }];
}

function axisTime(ms: number): string {
  return ms < 1000 ? `${number(ms)} ms` : `${number(ms / 1000)} s`;
}
