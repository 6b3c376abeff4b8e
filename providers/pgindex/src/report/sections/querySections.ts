import type { PlanTree } from "../../engine/explain/queryPlan";
import type { QueryBefore } from "../../engine/verify/expectations";
import { latencyChart } from "../charts/latencyChart";
import { type Html, html } from "../page/htmlTemplate";
import { figure, mark, staleNote, table } from "../page/htmlWidgets";
import type { ReportedIndex, ReportedQuery } from "../reportModel";
import { instant, milliseconds, number, plural } from "../valueFormats";
import { planTree } from "./planTrees";

/** Times before and after, as a chart of those that still hold and as a table of all. */
export function latencySection(indexes: readonly ReportedIndex[]): Html | false {
  const queries = queriesOf(indexes);
  if (queries.length === 0) return false;
  const current = indexes.filter(({ stale }) => stale === null).flatMap((index) => index.queries);
  const plot = latencyChart(current);
  return html`<section id="latency" aria-labelledby="latency-title">
<h2 id="latency-title">Time of the queries, before and after</h2>
${staleNotes(indexes)}
${plot && figure(plot, LEGEND)}
${table(
  "Times of the queries",
  ["query", "before", "after", "times faster", "as expected"],
  queries.map(({ name, before, executionMs, timedOut, ratio, of, ...query }) => [
    name,
    time(before?.executionMs ?? null, before?.timedOut),
    time(executionMs, timedOut),
    ratio === null ? "" : number(ratio),
    of.stale ? html`${mark("missing")} no longer holds` : expected(query),
  ]),
)}
</section>`;
}

function expected({ ok, problems }: Pick<ReportedQuery, "ok" | "problems">): Html {
  return html`${mark(ok ? "done" : "failing")} ${problems.join("; ")}`;
}

interface QueryOfIndex extends ReportedQuery {
  readonly of: ReportedIndex;
}

function queriesOf(indexes: readonly ReportedIndex[]): QueryOfIndex[] {
  return indexes.flatMap((of) => of.queries.map((query) => ({ ...query, of })));
}

function staleNotes(indexes: readonly ReportedIndex[]): (Html | null)[] {
  return indexes.filter(({ queries }) => queries.length > 0).map(({ stale }) => staleNote(stale));
}

const LEGEND = html`Median time of a query on a logarithmic axis.
<span class="before" aria-hidden="true">○</span>&nbsp;before the index was built,
<span class="after" aria-hidden="true">●</span>&nbsp;after.`;

/** The plans as trees, before and after side by side. */
export function plansSection(indexes: readonly ReportedIndex[]): Html | false {
  const queries = queriesOf(indexes);
  if (queries.length === 0) return false;
  return html`<section id="plans" aria-labelledby="plans-title">
<h2 id="plans-title">Plans, before and after</h2>
<p>${ABOUT_PLANS}</p>
${queries.map(
  ({ name, before, planBefore, note, of, ...after }) => html`<article>
<h3>${name}</h3>
${staleNote(of.stale)}
<div class="plans">
<div><h4>Before</h4>${before ? plan(before, null, planBefore) : UNMEASURED}</div>
<div><h4>After${of.measuredAt && `, measured ${instant(of.measuredAt)}`}</h4>
${plan(after, after.index, after.plan)}</div>
</div>
${note && html`<p>${note}</p>`}
</article>
`,
)}
</section>`;
}

const UNMEASURED = html`<p>It was not measured before the build.</p>`;

/** Why plans show no values and no times of nodes. */
const ABOUT_PLANS =
  "As EXPLAIN shows them, from one of the runs with the most common plan. Constants are omitted. " +
  "Rows are per loop. Nodes are not timed, because that would slow the query down.";

function plan(measured: QueryBefore, index: string | null, tree: PlanTree | null): Html {
  const { planType, executionMs, rows, buffers, timedOut } = measured;
  const type = html`<b>${planType ?? "not measured"}</b>${index && html` using <b>${index}</b>`}`;
  const missing = planType !== null && html`<p>Its tree was not recorded.</p>`;
  const unrecorded = html`<p>${type}</p>${missing}`;
  return html`<p>${[
    time(executionMs, timedOut),
    rows === null ? "" : plural(rows, "row"),
    buffers === null ? "" : `${plural(buffers, "page")} of 8 kB read`,
  ]
    .filter(Boolean)
    .join(", ")}</p>
${tree ? planTree(tree) : unrecorded}`;
}

function time(ms: number | null, timedOut = false): string {
  return ms === null ? "not measured" : `${timedOut ? "over " : ""}${milliseconds(ms)}`;
}
