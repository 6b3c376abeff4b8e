import { renderBytes } from "../../engine/text/render";
import type { PlotLibrary } from "../plots/plotLibrary";
import { RESTART, SIGNS, type TimePlotInput, timePlot } from "../plots/timePlot";
import type { ReportedUse, UseSample } from "../reportedUse";
import type { ReportedIndex } from "../reportModel";
import { instant, milliseconds, number } from "../valueFormats";
import { type Html, html } from "./htmlTemplate";
import { figure, table } from "./htmlWidgets";

/** Scans, tuples, size and times of each index over time, as plots and as a table. */
export function useSection(indexes: readonly ReportedIndex[], library: PlotLibrary): Html | false {
  if (indexes.length === 0) return false;
  return html`<section id="use" aria-labelledby="use-title">
<h2 id="use-title">Use, size and times over time</h2>
${indexes.map(({ index, use }) =>
  use
    ? html`<h3>${index}</h3>${sentence(use)}
<div class="plots">${plotsOf(index, use).map((plot) => drawnPlot(plot, library))}</div>
${samplesTable(index, use)}
`
    : html`<h3>${index}</h3><p>No verification counts its scans.</p>`,
)}
</section>`;
}

function sentence(use: ReportedUse): Html {
  const last = use.lastScan ? `, the last at ${instant(use.lastScan)}` : "";
  const counters = [
    `idx_scan ${number(use.scans)}`,
    `idx_tup_read ${number(use.tuplesRead)}`,
    `idx_tup_fetch ${number(use.tuplesFetched)}`,
  ].join(", ");
  const summary = use.summary && ` ${use.summary}.`;
  return html`<p>${number(use.trafficScans)} scans by traffic${last}; ${counters}.${summary}</p>`;
}

interface UsePlot extends TimePlotInput {
  readonly caption: string;
}

function plotsOf(index: string, { samples, queries }: ReportedUse): UsePlot[] {
  const times = samples.map(({ at }) => at);
  const restarts = samples.map(({ restarted }) => restarted !== undefined);
  const counter = { times, restarts, format: compact };
  const valuesOf = (key: "traffic" | "tuplesRead" | "tuplesFetched" | "bytes") =>
    samples.map((sample) => sample[key]);
  const last = number(samples.at(-1)?.traffic ?? 0);
  return [
    {
      ...counter,
      caption: "Scans by traffic since counting began",
      label: `Scans of ${index} by traffic, in ${samples.length} samples, ${last} at the last.`,
      series: [{ name: "scans", values: valuesOf("traffic") }],
    },
    {
      ...counter,
      caption: "Tuples since counting began",
      label: `Tuples of ${index}, read and fetched by scans.`,
      series: [
        { name: "entries read", values: valuesOf("tuplesRead") },
        { name: "rows fetched", values: valuesOf("tuplesFetched") },
      ],
    },
    {
      times,
      format: renderBytes,
      ticks: [0, 0.5, 1],
      caption: "Size",
      label: `Size of ${index}.`,
      series: [{ name: "size", values: valuesOf("bytes") }],
    },
    ...latencyPlots(index, times, samples, queries),
  ];
}

/** As many queries per plot as can be told apart. */
function latencyPlots(
  index: string,
  times: readonly string[],
  samples: readonly UseSample[],
  queries: readonly string[],
): UsePlot[] {
  const series = queries.map((name, i) => ({
    name,
    values: samples.map(({ ms }) => ms[i] ?? null),
  }));
  const groups = Math.ceil(series.length / SIGNS.length);
  return Array.from({ length: groups }, (_, i) => ({
    times,
    format: milliseconds,
    isLogarithmic: true,
    caption: "Median time of the queries, on a logarithmic axis, starting before the build",
    label: `Times of the queries of ${index}.`,
    series: series.slice(i * SIGNS.length, (i + 1) * SIGNS.length),
  }));
}

function drawnPlot(shown: UsePlot, library: PlotLibrary): Html | undefined {
  const plot = timePlot(library, shown);
  if (!plot) return undefined;
  const names = shown.series.map(({ name }, i) => html`${signOf(i)} ${name} `);
  const reset = shown.restarts?.includes(true) && `${RESTART} counting restarted.`;
  return figure(plot, html`${shown.caption}. ${shown.series.length > 1 && names}${reset}`);
}

function signOf(i: number): Html {
  const { color, sign } = SIGNS[i] ?? SIGNS[0];
  return html`<span class="sign" style="color: ${color}" aria-hidden="true">${sign}</span>`;
}

function compact(value: number): string {
  return value.toLocaleString("en-US", { notation: "compact", maximumFractionDigits: 1 });
}

function samplesTable(index: string, { samples, queries }: ReportedUse): Html {
  const cell = (value: number | null, format: (value: number) => string) =>
    value === null ? "" : format(value);
  return table(
    `Use of ${index}`,
    ["time", "scans by traffic", "entries read", "rows fetched", "size", ...queries],
    samples.map(({ at, traffic, tuplesRead, tuplesFetched, bytes, ms, restarted }) => [
      `${instant(at)}${restarted ? ` (${restarted})` : ""}`,
      number(traffic),
      cell(tuplesRead, number),
      cell(tuplesFetched, number),
      cell(bytes, renderBytes),
      ...queries.map((_, i) => cell(ms[i] ?? null, milliseconds)),
    ]),
  );
}
