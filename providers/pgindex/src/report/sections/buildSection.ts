import { phasesChart } from "../charts/phasesChart";
import { writesChart } from "../charts/writesChart";
import type { ExtraMeasurements } from "../extraMeasurements";
import { type Html, html } from "../page/htmlTemplate";
import { figure } from "../page/htmlWidgets";
import type { ReportedIndex } from "../reportModel";

/** What the builds did, and what writes met meanwhile. */
export function buildSection(
  indexes: readonly ReportedIndex[],
  extra: ExtraMeasurements | null,
): Html | false {
  const watched = indexes.filter(({ phases }) => phases.length > 0);
  if (watched.length === 0) return false;
  return html`<section id="build" aria-labelledby="build-title">
<h2 id="build-title">The builds, phase by phase</h2>
${extra && extra.writes.length > 0 && figure(writesChart(watched, extra), WRITES_LEGEND)}
${watched.map(
  ({ index, phases }) => html`<h3>${index}</h3>
${figure(phasesChart(index, phases), phasesLegend(index))}
`,
)}
</section>`;
}

function phasesLegend(index: string): string {
  return `Phases of the build of ${index}, sampled twice a second`;
}

const WRITES_LEGEND = html`The slowest writes while the indexes were built, on a logarithmic axis.
Shaded: while a build was running, its phases alternately lighter and darker. A plain build is one
without CONCURRENTLY, of the same index.`;
