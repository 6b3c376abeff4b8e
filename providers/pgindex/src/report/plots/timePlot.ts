import type * as PlotModule from "@observablehq/plot";
import type { Html } from "../page/htmlTemplate";
import { drawn, FONT, timeAxis } from "./plotFrame";
import type { PlotLibrary } from "./plotLibrary";

/** Two of these fit side by side on a screen; a phone shows one at full size. */
const WIDTH = 380;

/** A line of a plot. */
export interface Series {
  readonly name: string;
  /** One value per sample; null if unknown. */
  readonly values: readonly (number | null)[];
}

/** Values sampled over time. */
export interface TimePlotInput {
  /** A description for people who cannot see the plot. */
  readonly label: string;
  /** ISO 8601. */
  readonly times: readonly string[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  /**
   * Tick positions on a linear axis, as fractions of its height; by default at round decimal
   * numbers.
   */
  readonly ticks?: readonly number[];
  readonly isLogarithmic?: boolean;
  /**
   * For counters: whether they were reset before a sample, which must then not be joined to earlier
   * ones.
   */
  readonly restarts?: readonly boolean[];
}

/** If two lines overlap, both remain visible. */
const FULL = { color: "var(--after)", dash: "none", r: 3, fill: "var(--after)" } as const;
const HOLLOW = { color: "var(--before)", dash: "6 6", r: 6, fill: "none" } as const;

/** Tells lines apart besides their names. More lines than signs could not be told apart. */
export const SIGNS = [
  { sign: "●", symbol: "circle", ...FULL },
  { sign: "□", symbol: "square", ...HOLLOW },
  { sign: "▲", symbol: "triangle", ...FULL },
  { sign: "◇", symbol: "diamond", ...HOLLOW },
] as const;

interface Point {
  readonly at: Date;
  readonly value: number;
  /** Points of the same stretch are joined. */
  readonly stretch: number;
}

/** Plots values over time, one line per series. Undefined if no line has two points. */
export function timePlot({ Plot, document }: PlotLibrary, shown: TimePlotInput): Html | undefined {
  const lines = shown.series.slice(0, SIGNS.length).map((series) => pointsOf(series, shown));
  if (!lines.some((points) => points.length > 1)) return undefined;
  const values = lines.flat().map(({ value }) => value);
  const times = shown.times.map((at) => new Date(at));
  const svg = Plot.plot({
    document: document as never,
    width: WIDTH,
    height: 190,
    marginLeft: 72,
    marginRight: 24,
    marginTop: 20,
    marginBottom: 30,
    style: FONT,
    x: timeAxis(times),
    y: yAxis(values, shown),
    marks: [
      ...restartMarks(Plot, shown),
      ...lines.flatMap((points, i) => lineMarks(Plot, points, SIGNS[i] ?? SIGNS[0])),
    ],
  });
  return drawn(svg, shown.label);
}

function pointsOf({ values }: Series, { times, restarts, isLogarithmic }: TimePlotInput): Point[] {
  let stretch = 0;
  return times.flatMap((at, i) => {
    if (restarts?.[i]) stretch += 1;
    const value = values[i] ?? null;
    if (value === null) return [];
    return [
      { at: new Date(at), value: isLogarithmic ? Math.max(value, SHORTEST) : value, stretch },
    ];
  });
}

/** A logarithmic axis has no zero. */
const SHORTEST = 0.001;

function yAxis(values: readonly number[], { format, ticks, isLogarithmic }: TimePlotInput) {
  const most = Math.max(...values);
  const common = { label: null, tickFormat: format, grid: true } as const;
  const top = most || 1;
  if (!isLogarithmic)
    return { ...common, domain: [0, top], ticks: ticks?.map((t) => t * top) ?? 4 };
  const lower = 10 ** Math.floor(Math.log10(Math.min(...values)));
  const upper = 10 ** Math.ceil(Math.log10(most * 1.1));
  const wholePower = (value: number) => Number.isInteger(Math.round(Math.log10(value) * 1e6) / 1e6);
  const tickFormat = (value: number) => (wholePower(value) ? format(value) : "");
  return { ...common, type: "log", domain: [lower, upper], ticks: 4, tickFormat } as const;
}

function lineMarks(
  Plot: typeof PlotModule,
  points: readonly Point[],
  { symbol, color, dash, r, fill }: (typeof SIGNS)[number],
) {
  const at = { x: "at", y: "value" } as const;
  return [
    Plot.lineY(points, {
      ...at,
      z: "stretch",
      stroke: color,
      strokeWidth: 2,
      strokeDasharray: dash,
    }),
    Plot.dot(points, { ...at, r, symbol, fill, stroke: color, strokeWidth: 2 }),
  ];
}

function restartMarks(Plot: typeof PlotModule, { times, restarts = [] }: TimePlotInput) {
  const at = times.filter((_, i) => restarts[i]).map((time) => new Date(time));
  return [
    Plot.ruleX(at, { stroke: "currentColor", strokeDasharray: "3 3" }),
    Plot.text(at, { x: (time: Date) => time, text: () => RESTART, frameAnchor: "top", dy: -16 }),
  ];
}

/** Marks where counters were reset. */
export const RESTART = "↺";
