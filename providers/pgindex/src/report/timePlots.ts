import type { PhaseTime } from "../engine/phases";
import { drawn, FONT, timeFormat, WIDTH } from "./drawn";
import type { Html } from "./html";
import type { PlotLibrary } from "./plotLibrary";
import { elapsed } from "./proofs";
import type { ReportedUse } from "./use";

interface ScanPoint {
  readonly at: Date;
  readonly traffic: number;
  /** Counters that began anew are not joined with those before. */
  readonly window: number;
}

/** Scans by traffic over time. Undefined where there are no two samples. */
export function scansPlot(
  { Plot, document }: PlotLibrary,
  index: string,
  { samples }: ReportedUse,
): Html | undefined {
  if (samples.length < 2) return undefined;
  let window = 0;
  const points = samples.map(({ at, traffic, restarted }): ScanPoint => {
    if (restarted) window += 1;
    return { at: new Date(at), traffic, window };
  });
  const most = Math.max(1, ...points.map(({ traffic }) => traffic));
  const svg = Plot.plot({
    document: document as never,
    width: WIDTH,
    height: 200,
    marginLeft: 60,
    marginRight: 24,
    marginTop: 16,
    marginBottom: 44,
    style: FONT,
    x: { type: "utc", label: null, ticks: 3, tickFormat: timeFormat(points.map(({ at }) => at)) },
    y: { domain: [0, most], label: null, ticks: 4, tickFormat: "~s", grid: true },
    marks: [
      Plot.ruleY([0]),
      Plot.lineY(points, { x: "at", y: "traffic", z: "window", ...SCANS_LINE }),
      Plot.dot(points, { x: "at", y: "traffic", r: 4, fill: "var(--after)" }),
    ],
  });
  const last = samples.at(-1)?.traffic ?? 0;
  const label = `Scans of ${index} by traffic, in ${samples.length} samples, ${last} at the last.`;
  return drawn(svg, label);
}

const SCANS_LINE = { stroke: "var(--after)", strokeWidth: 2 };

/** What a build spent in each of its phases. */
export function phasesPlot(
  { Plot, document }: PlotLibrary,
  index: string,
  phases: readonly PhaseTime[],
): Html {
  let end = 0;
  const bars = phases.map(({ phase, seconds }) => {
    const from = end;
    end += seconds;
    return { phase, seconds, from, to: end };
  });
  const svg = Plot.plot({
    document: document as never,
    width: WIDTH,
    height: 48 * bars.length + 50,
    marginLeft: 12,
    marginRight: 32,
    marginTop: 4,
    marginBottom: 32,
    style: FONT,
    x: { domain: [0, Math.max(end, SHORTEST_SECONDS)], label: null, ticks: 5, tickFormat: elapsed },
    y: { type: "band", domain: bars.map(({ phase }) => phase), axis: null },
    marks: [
      Plot.gridX({ stroke: "currentColor", strokeOpacity: 0.2 }),
      Plot.rectX(bars, { x1: "from", x2: "to", y: "phase", fill: "var(--after)", ...BAR }),
      Plot.text(bars, { y: "phase", text: "phase", frameAnchor: "left", dy: -12 }),
    ],
  });
  const label = bars.map((bar) => `${bar.phase} ${elapsed(bar.seconds)}`);
  return drawn(svg, `Build of ${index}. ${label.join(", ")}`);
}

const SHORTEST_SECONDS = 0.001;
const BAR = { insetTop: 24, insetBottom: 8 };
