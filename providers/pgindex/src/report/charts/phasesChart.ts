import type { PhaseTime } from "../../engine/watch/phases";
import { type Html, html } from "../page/htmlTemplate";
import { elapsed } from "../valueFormats";
import { chart, percent } from "./chartFrame";

const SHORTEST_SECONDS = 0.001;

/** The time that a build spent in each of its phases, one after the other. */
export function phasesChart(index: string, phases: readonly PhaseTime[]): Html {
  const sum = phases.reduce((total, { seconds }) => total + seconds, 0);
  const whole = Math.max(sum, SHORTEST_SECONDS);
  let end = 0;
  const rows = phases.map(({ phase, seconds }) => {
    const place = `left:${percent((end / whole) * 100)};width:${percent((seconds / whole) * 100)}`;
    end += seconds;
    return html`<p class="label"><b>${phase}</b> <span>${elapsed(seconds)}</span></p>
<div class="track thin"><i class="bar" style="${place}"></i></div>
`;
  });
  const label = phases.map(({ phase, seconds }) => `${phase} ${elapsed(seconds)}`);
  return chart(`Build of ${index}. ${label.join(", ")}`, rows);
}
