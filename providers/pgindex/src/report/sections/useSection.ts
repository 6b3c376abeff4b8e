import { renderBytes } from "../../engine/text/render";
import { RESTART, SIGNS, type TimeChartInput, timeChart } from "../charts/timeChart";
import { type Html, html } from "../page/htmlTemplate";
import { figure, staleNote, table } from "../page/htmlWidgets";
import type { ReportedUse, UseSample } from "../reportedUse";
import type { ReportedIndex } from "../reportModel";
import { instant, milliseconds, number } from "../valueFormats";

/** Scans, tuples, size and times of each index over time, as charts and as a table. */
export function useSection(indexes: readonly ReportedIndex[]): Html | false {
  if (indexes.length === 0) return false;
  return html`<section id="use" aria-labelledby="use-title">
<h2 id="use-title">Use, size and times over time</h2>
${indexes.map(({ index, use, stale }) =>
  use
    ? html`<h3>${index}</h3>${staleNote(stale)}${sentence(use)}
<div class="plots">${chartsOf(index, use).map(drawn)}</div>
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

interface UseChart extends TimeChartInput {
  readonly caption: string;
}

function chartsOf(index: string, { samples, queries }: ReportedUse): UseChart[] {
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
      base: 1024,
      caption: "Size",
      label: `Size of ${index}.`,
      series: [{ name: "size", values: valuesOf("bytes") }],
    },
    ...latencyCharts(index, times, samples, queries),
  ];
}

/** As many queries per chart as can be told apart. */
function latencyCharts(
  index: string,
  times: readonly string[],
  samples: readonly UseSample[],
  queries: readonly string[],
): UseChart[] {
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

function drawn(shown: UseChart): Html | undefined {
  const lines = timeChart(shown);
  if (!lines) return undefined;
  const names = shown.series.map(({ name }, i) => html`${signOf(i)} ${name} `);
  const reset = shown.restarts?.includes(true) && `${RESTART} counting restarted.`;
  return figure(lines, html`${shown.caption}. ${shown.series.length > 1 && names}${reset}`);
}

function signOf(i: number): Html {
  const { sign, shape } = SIGNS[i] ?? SIGNS[0];
  return html`<span class="${shape.split(" ").at(-1)}" aria-hidden="true">${sign}</span>`;
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
