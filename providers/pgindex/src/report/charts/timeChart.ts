import { type Html, html } from "../page/htmlTemplate";
import {
  chart,
  coordinate,
  linearScale,
  logScale,
  percent,
  plotArea,
  type Scale,
  svg,
} from "./chartFrame";
import { timeAxis } from "./timeAxis";

/** A line of a chart. */
export interface Series {
  readonly name: string;
  /** One value per sample; null if unknown. */
  readonly values: readonly (number | null)[];
}

/** Values sampled over time. */
export interface TimeChartInput {
  /** A description for people who cannot see the chart. */
  readonly label: string;
  /** ISO 8601. */
  readonly times: readonly string[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  readonly isLogarithmic?: boolean;
  /** Bytes are round in powers of 1,024. @default 10 */
  readonly base?: 1024;
  /**
   * For counters: whether they were reset before a sample, which must then not be joined to earlier
   * ones.
   */
  readonly restarts?: readonly boolean[];
}

/** Tells lines apart besides their names. More lines than signs could not be told apart. */
export const SIGNS = [
  { sign: "●", shape: "after" },
  { sign: "□", shape: "square hollow before" },
  { sign: "▲", shape: "triangle after" },
  { sign: "◇", shape: "diamond hollow before" },
] as const;

interface Point {
  readonly x: number;
  readonly value: number;
  /** Points of the same stretch are joined. */
  readonly stretch: number;
}

/** Values over time, one line per series. Undefined if no line has two points. */
export function timeChart(shown: TimeChartInput): Html | undefined {
  const x = timeAxis(shown.times.map((at) => new Date(at)));
  const lines = shown.series.slice(0, SIGNS.length).map((series) => pointsOf(series, shown, x));
  if (!lines.some((points) => points.length > 1)) return undefined;
  const values = lines.flat().map(({ value }) => value);
  const y = shown.isLogarithmic
    ? logScale(values, shown.format)
    : linearScale(Math.max(...values), shown.format, shown.base);
  return chart(shown.label, [
    plotArea(x, y, [
      ...restartMarks(shown, x),
      svg(lines.flatMap((points, i) => stretchesOf(points, y, SIGNS[i] ?? SIGNS[0]))),
      ...lines.flatMap((points, i) => points.map((point) => dot(point, y, SIGNS[i] ?? SIGNS[0]))),
    ]),
  ]);
}

function pointsOf(
  { values }: Series,
  { times, restarts, isLogarithmic }: TimeChartInput,
  x: Scale,
): Point[] {
  let stretch = 0;
  return times.flatMap((at, i) => {
    if (restarts?.[i]) stretch += 1;
    const value = values[i] ?? null;
    if (value === null) return [];
    const shown = isLogarithmic ? Math.max(value, SHORTEST) : value;
    return [{ x: x.percent(Date.parse(at)), value: shown, stretch }];
  });
}

/** A logarithmic axis has no zero. */
const SHORTEST = 0.001;

type Sign = (typeof SIGNS)[number];

function stretchesOf(points: readonly Point[], y: Scale, { shape }: Sign): Html[] {
  const stretches = new Set(points.map(({ stretch }) => stretch));
  return [...stretches].map((stretch) => {
    const corners = points
      .filter((point) => point.stretch === stretch)
      .map(({ x, value }) => `${coordinate(x)},${coordinate(100 - y.percent(value))}`);
    return html`<polyline class="${shape}" points="${corners.join(" ")}"></polyline>`;
  });
}

function dot({ x, value }: Point, y: Scale, { shape }: Sign): Html {
  const place = `left:${percent(x)};bottom:${percent(y.percent(value))}`;
  return html`<i class="dot ${shape}" style="${place}"></i>`;
}

function restartMarks({ times, restarts = [] }: TimeChartInput, x: Scale): Html[] {
  return times
    .filter((_, i) => restarts[i])
    .map((time) => {
      const place = `left:${percent(x.percent(Date.parse(time)))}`;
      return html`<i class="restart" style="${place}">${RESTART}</i>`;
    });
}

/** Marks where counters were reset. */
export const RESTART = "↺";
