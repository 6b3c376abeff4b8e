import type { PhaseTime } from "../../engine/watch/phases";
import type { Html } from "../page/htmlTemplate";
import { elapsed } from "../valueFormats";
import { drawn, FONT, WIDTH } from "./plotFrame";
import type { PlotLibrary } from "./plotLibrary";

/** The time a build spent in each of its phases. */
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
    marginLeft: 32,
    marginRight: 32,
    marginTop: 4,
    marginBottom: 32,
    style: FONT,
    x: { domain: [0, Math.max(end, SHORTEST_SECONDS)], label: null, ticks: 3, tickFormat: elapsed },
    y: { type: "band", domain: bars.map(({ phase }) => phase), axis: null },
    marks: [
      Plot.gridX({ ticks: 3, stroke: "currentColor", strokeOpacity: 0.2 }),
      Plot.rectX(bars, { x1: "from", x2: "to", y: "phase", fill: "var(--after)", ...BAR }),
      Plot.text(bars, { y: "phase", text: "phase", frameAnchor: "left", dy: -12 }),
    ],
  });
  const label = bars.map((bar) => `${bar.phase} ${elapsed(bar.seconds)}`);
  return drawn(svg, `Build of ${index}. ${label.join(", ")}`);
}

const SHORTEST_SECONDS = 0.001;
const BAR = { insetTop: 24, insetBottom: 8 };
