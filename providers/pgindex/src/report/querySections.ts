import type { QueryBefore, VerifiedQuery } from "../engine/expectations";
import type { ReportedIndex } from "./data";
import { type Html, html } from "./html";
import { milliseconds, number } from "./proofs";
import { figure, mark, table } from "./widgets";

type Drawing = (queries: readonly VerifiedQuery[]) => Html | undefined;

/** Times before and after: a plot, and the same as a table. */
export function latencySection(indexes: readonly ReportedIndex[], draw: Drawing): Html | false {
  const queries = indexes.flatMap((index) => index.queries);
  if (queries.length === 0) return false;
  const plot = draw(queries);
  return html`<section id="latency" aria-labelledby="latency-title">
<h2 id="latency-title">Time of the queries, before and after</h2>
${plot && figure(plot, LEGEND)}
${table(
  "Times of the queries",
  ["query", "before", "after", "times faster", "as expected"],
  queries.map(({ name, before, executionMs, timedOut, ratio, ok, problems }) => [
    name,
    time(before?.executionMs ?? null, before?.timedOut),
    time(executionMs, timedOut),
    ratio === null ? "" : number(ratio),
    html`${mark(ok)} ${problems.join("; ")}`,
  ]),
)}
</section>`;
}

const LEGEND = html`Median time of a query on a logarithmic axis. <span class="before" aria-hidden="true">○</span> before the
index was built, <span class="after" aria-hidden="true">●</span> now.`;

/** How the table is read, before and after side by side. */
export function plansSection(indexes: readonly ReportedIndex[]): Html | false {
  const queries = indexes.flatMap((index) => index.queries);
  if (queries.length === 0) return false;
  return html`<section id="plans" aria-labelledby="plans-title">
<h2 id="plans-title">Plans, before and after</h2>
${queries.map(
  ({ name, before, note, ...after }) => html`<article>
<h3>${name}</h3>
<div class="plans">
<div><h4>Before</h4>${before ? plan(before, null) : html`<p>It was not measured before the build.</p>`}</div>
<div><h4>Now</h4>${plan(after, after.index)}</div>
</div>
${note && html`<p>${note}</p>`}
</article>
`,
)}
</section>`;
}

function plan(measured: QueryBefore, index: string | null): Html {
  const { planType, executionMs, rows, buffers, timedOut } = measured;
  return html`<p class="plan">${planType ?? "not measured"}${index && html` using <b>${index}</b>`}</p>
<p>${[
    time(executionMs, timedOut),
    rows === null ? "" : `${number(rows)} rows`,
    buffers === null ? "" : `${number(buffers)} pages of 8 kB read`,
  ]
    .filter(Boolean)
    .join(", ")}</p>`;
}

function time(ms: number | null, timedOut = false): string {
  return ms === null ? "not measured" : `${timedOut ? "over " : ""}${milliseconds(ms)}`;
}
