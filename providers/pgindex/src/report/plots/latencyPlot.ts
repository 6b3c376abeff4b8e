import type * as PlotModule from "@observablehq/plot";
import type { VerifiedQuery } from "../../engine/verify/expectations";
import type { Html } from "../page/htmlTemplate";
import { milliseconds, number } from "../valueFormats";
import { drawn, FONT, short, WIDTH } from "./plotFrame";
import type { PlotLibrary } from "./plotLibrary";

/** EXPLAIN's own precision, because a logarithmic axis has no zero. */
const SHORTEST_MS = 0.001;

interface Timing {
  /** Two queries can have the same name. */
  readonly row: number;
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

/**
 * Times before and after for each query that has both, on a logarithmic axis. Undefined if none
 * has.
 */
export function latencyPlot(
  { Plot, document }: PlotLibrary,
  queries: readonly VerifiedQuery[],
): Html | undefined {
  const timings = queries.flatMap((query, row) => timingOf(query, row));
  if (timings.length === 0) return undefined;
  const all = timings.flatMap(({ before, after }) => [before, after]);
  const lower = 10 ** Math.floor(Math.log10(Math.min(...all) / 2));
  const upper = 10 ** Math.ceil(Math.log10(Math.max(...all) * 2));
  const marks = [
    Plot.gridX(powersOfTen(lower, upper), { stroke: "currentColor", strokeOpacity: 0.2 }),
    Plot.axisX(axisTicks(lower, upper), { label: null, tickFormat: axisTime }),
    Plot.text(timings, { y: "row", text: ({ name }) => short(name), ...NAME_ABOVE }),
    Plot.link(timings, { x1: "before", x2: "after", y: "row", ...CHANGE }),
    Plot.dot(timings, { x: "before", y: "row", r: 6, ...BEFORE }),
    Plot.dot(timings, { x: "after", y: "row", r: 6, ...AFTER }),
    ...(["before", "after"] as const).map((when) => timeLabels(Plot, timings, when)),
  ];
  const svg = Plot.plot({
    document: document as never,
    width: WIDTH,
    height: 64 * timings.length + 60,
    marginLeft: 32,
    marginRight: 32,
    marginTop: 4,
    marginBottom: 32,
    style: FONT,
    x: { type: "log", domain: [lower, upper] },
    y: { type: "band", domain: timings.map(({ row }) => row), axis: null },
    marks,
  });
  const label = timings.map(
    ({ name, before, after }) =>
      `${name}: ${milliseconds(before)} before, ${milliseconds(after)} after`,
  );
  return drawn(svg, `Time of each query. ${label.join(". ")}`);
}

const NAME_ABOVE = { frameAnchor: "left", dy: -20, fontWeight: 600 } as const;
const CHANGE = { stroke: "currentColor", strokeOpacity: 0.6, strokeWidth: 2 };
const BEFORE = { stroke: "var(--before)", strokeWidth: 3, fill: "var(--page)" };
const AFTER = { stroke: "var(--after)", strokeWidth: 3, fill: "var(--after)" };

function timingOf({ name, before, executionMs }: VerifiedQuery, row: number): Timing[] {
  if (before?.executionMs == null || executionMs === null) return [];
  const atLeast = (ms: number) => Math.max(ms, SHORTEST_MS);
  return [{ row, name, before: atLeast(before.executionMs), after: atLeast(executionMs) }];
}

/** Labels below the dots, where no line passes. */
function timeLabels(Plot: typeof PlotModule, timings: readonly Timing[], when: "before" | "after") {
  return Plot.text(timings, {
    x: when,
    y: "row",
    text: (timing) => milliseconds(timing[when]),
    dy: 18,
  });
}

function powersOfTen(lower: number, upper: number): number[] {
  const first = Math.round(Math.log10(lower));
  const last = Math.round(Math.log10(upper));
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
}

const MOST_TICKS = 6;

/** Every power of ten, or fewer if they would not fit. */
function axisTicks(lower: number, upper: number): number[] {
  const powers = powersOfTen(lower, upper);
  const step = Math.ceil(powers.length / MOST_TICKS);
  return powers.filter((_, i) => i % step === 0);
}

function axisTime(ms: number): string {
  return ms < 1000 ? `${number(ms)} ms` : `${number(ms / 1000)} s`;
}
