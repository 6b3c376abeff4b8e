import type { ExtraMeasurements } from "../extraMeasurements";
import type { Html } from "../page/htmlTemplate";
import type { ReportedIndex } from "../reportModel";
import { milliseconds } from "../valueFormats";
import { drawn, FONT, timeAxis, WIDTH } from "./plotFrame";
import type { PlotLibrary } from "./plotLibrary";

const SHORTEST_MS = 0.01;
const WRITE = { stroke: "var(--before)", strokeWidth: 2 };
const GROUND = ["0.12", "0.3"];

/**
 * How long writes took, on a logarithmic axis, over the phases of the builds running at the time.
 */
export function writesPlot(
  { Plot, document }: PlotLibrary,
  indexes: readonly ReportedIndex[],
  writes: ExtraMeasurements["writes"],
): Html {
  const bars = writes.map(({ at, ms }) => ({ at: new Date(at), ms: Math.max(ms, SHORTEST_MS) }));
  const slowest = Math.max(...bars.map(({ ms }) => ms));
  const lower = 10 ** Math.floor(Math.log10(Math.min(...bars.map(({ ms }) => ms)) / 2));
  const upper = 10 ** Math.ceil(Math.log10(slowest * 1.1));
  const times = bars.map(({ at }) => at);
  const svg = Plot.plot({
    document: document as never,
    width: WIDTH,
    height: 240,
    marginLeft: 70,
    marginRight: 40,
    marginTop: 12,
    marginBottom: 32,
    style: FONT,
    x: timeAxis(times),
    y: { type: "log", domain: [lower, upper], label: null, ticks: 5, tickFormat: wholePower },
    marks: [
      Plot.rect(indexes.flatMap(phaseSpans), {
        ...{ x1: "from", x2: "to", y1: lower, y2: upper, clip: true },
        ...{ fill: "var(--after)", fillOpacity: "opacity" },
      }),
      Plot.ruleX(bars, { x: "at", y1: lower, y2: "ms", ...WRITE }),
    ],
    opacity: { type: "identity" },
  });
  return drawn(
    svg,
    `Writes while the indexes were built. The slowest took ${milliseconds(slowest)}.`,
  );
}

/** When each phase of a build ran, by the server's clock. */
function phaseSpans({ builtAt, phases }: ReportedIndex) {
  if (builtAt === null) return [];
  let at = Date.parse(builtAt) - phases.reduce((sum, { seconds }) => sum + seconds * 1000, 0);
  return phases.map(({ seconds }, i) => {
    const from = new Date(at);
    at += seconds * 1000;
    return { from, to: new Date(at), opacity: Number(GROUND[i % GROUND.length]) };
  });
}

function wholePower(ms: number): string {
  return Number.isInteger(Math.log10(ms)) ? milliseconds(ms) : "";
}
