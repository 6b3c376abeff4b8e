import type { ExtraMeasurements } from "../extraMeasurements";
import { type Html, html } from "../page/htmlTemplate";
import type { ReportedIndex } from "../reportModel";
import { milliseconds } from "../valueFormats";
import { chart, coordinate, logScale, percent, plotArea, type Scale, svg } from "./chartFrame";
import { timeAxis } from "./timeAxis";

const SHORTEST_MS = 0.01;

/**
 * How long writes took, on a logarithmic axis, over the phases of the builds running at the time,
 * below the line that a build without CONCURRENTLY has reached, where that is known.
 */
export function writesChart(
  indexes: readonly ReportedIndex[],
  { writes, plainBuildStallMs }: ExtraMeasurements,
): Html {
  const bars = writes.map(({ at, ms }) => ({ at: Date.parse(at), ms: Math.max(ms, SHORTEST_MS) }));
  const slowest = Math.max(...bars.map(({ ms }) => ms));
  const x = timeAxis(bars.map(({ at }) => new Date(at)));
  const y = logScale([...bars.map(({ ms }) => ms), plainBuildStallMs ?? slowest], milliseconds);
  const plain =
    plainBuildStallMs === undefined
      ? ""
      : ` In a build without CONCURRENTLY one waited ${milliseconds(plainBuildStallMs)}.`;
  const took = `The slowest took ${milliseconds(slowest)}.`;
  return chart(`Writes while the indexes were built. ${took}${plain}`, [
    plotArea(x, y, [
      ...indexes.flatMap((index) => phaseSpans(index, x)),
      svg(bars.map(({ at, ms }) => bar(x.percent(at), y.percent(ms)))),
      plainBuildStallMs === undefined ? undefined : plainLine(plainBuildStallMs, y),
    ]),
  ]);
}

function bar(x: number, y: number): Html {
  const at = coordinate(x);
  return html`<line class="before" x1="${at}" x2="${at}" y1="100" y2="${coordinate(100 - y)}" />`;
}

function plainLine(ms: number, y: Scale): Html {
  const text = `plain build: ${milliseconds(ms)}`;
  const at = y.percent(ms);
  const side = at > 85 && "high";
  return html`<i class="limit ${side}" style="bottom:${percent(at)}"><span>${text}</span></i>`;
}

/** When each phase of a build ran, by the server's clock, alternately lighter and darker. */
function phaseSpans({ builtAt, phases }: ReportedIndex, x: Scale): Html[] {
  if (builtAt === null) return [];
  const within = (at: number) => Math.min(100, Math.max(0, x.percent(at)));
  let at = Date.parse(builtAt) - phases.reduce((sum, { seconds }) => sum + seconds * 1000, 0);
  return phases.map(({ seconds }, i) => {
    const from = within(at);
    at += seconds * 1000;
    const place = `left:${percent(from)};width:${percent(within(at) - from)}`;
    return html`<i class="span ${i % 2 === 1 && "dark"}" style="${place}"></i>`;
  });
}
