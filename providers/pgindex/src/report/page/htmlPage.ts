import { renderBytes } from "../../engine/text/render";
import type { ExtraMeasurements } from "../extraMeasurements";
import { latencyPlot } from "../plots/latencyPlot";
import { phasesPlot } from "../plots/phasesPlot";
import type { PlotLibrary } from "../plots/plotLibrary";
import { writesPlot } from "../plots/writesPlot";
import type { ChecklistLine, Report, ReportedIndex } from "../reportModel";
import { elapsed, instant, plural } from "../valueFormats";
import { type Html, html } from "./htmlTemplate";
import { figure, mark, table } from "./htmlWidgets";
import { STYLE } from "./pageStyle";
import { latencySection, plansSection } from "./querySections";
import { useSection } from "./useSection";

/** The page fetches nothing and runs nothing: it is a document. */
export const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** A report as one self-contained page. Pure, except for the plot library. */
export function toPage(report: Report, library: PlotLibrary): string {
  const { stack, earlier, generatedAt } = report;
  const title = `Indexes of ${stack.name || "a stack"}`;
  const source = stack.lookedAt
    ? "its state and the database itself"
    : "its state only, as of its last pulumi up or pulumi refresh";
  const first = earlier && ` The stack ${earlier.name} went first.`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<link rel="icon" href="data:,">
<title>${title}</title>
${STYLE}
</head>
<body>
<header>
<h1>${title}</h1>
<p>Written ${instant(generatedAt)}, from ${source}.${first}</p>
</header>
<main>
${report.problem && problemNote(report.problem)}
${runningSection(report.builds)}
${checklistSection(report.checklist)}
${indexesSection(stack.indexes)}
${latencySection(stack.indexes, (queries) => latencyPlot(library, queries))}
${plansSection(stack.indexes)}
${useSection(stack.indexes, library)}
${buildSection(stack.indexes, report.extra?.writes ?? [], library)}
${report.extra && extraSection(report.extra)}
</main>
<footer><p>Written by pgindex report.</p></footer>
</body>
</html>
`;
  return page.markup;
}

function problemNote(problem: string): Html {
  const rest = "Everything below is as recorded by the stack.";
  return html`<p class="problem"><strong>${problem}.</strong> ${rest}</p>`;
}

function runningSection(builds: Report["builds"]): Html | false {
  if (builds.length === 0) return false;
  return html`<section id="running" aria-labelledby="running-title">
<h2 id="running-title">Being built now</h2>
${table(
  "Builds",
  ["index", "phase", "for", "waits for"],
  builds.map(({ index, phase, seconds, blockedBy }) => [
    index ?? "not visible to this role",
    phase ?? "unknown",
    elapsed(seconds),
    blockedBy === 0 ? "nobody" : plural(blockedBy, "session"),
  ]),
)}
</section>`;
}

function checklistSection(lines: readonly ChecklistLine[]): Html {
  const done = lines.filter(({ isDone }) => isDone).length;
  return html`<section id="checklist" aria-labelledby="checklist-title">
<h2 id="checklist-title">Checklist: ${done} of ${lines.length} done</h2>
<ul class="checklist">
${lines.map(
  ({ title, isDone, proofs }) => html`<li class="${isDone ? "done" : "missing"}">
<h3>${mark(isDone)} ${title}</h3>
<ul>${proofs.map(({ isMet, text }) => html`<li>${mark(isMet)} ${text}</li>`)}</ul>
</li>
`,
)}</ul>
</section>`;
}

function indexesSection(indexes: readonly ReportedIndex[]): Html {
  return html`<section id="indexes" aria-labelledby="indexes-title">
<h2 id="indexes-title">What was built</h2>
${indexes.length === 0 && html`<p>The stack has no indexes yet.</p>`}
${indexes.map(
  (index) => html`<article>
<h3>${index.index}</h3>
${definition(index)}
<dl>
${facts(index).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
</dl>
</article>
`,
)}
</section>`;
}

function definition({ index, definition }: ReportedIndex): Html {
  const label = `Definition of ${index}`;
  return html`<pre tabindex="0" role="region" aria-label="${label}">${code(definition)}</pre>`;
}

function code(text: string): Html {
  return html`<code>${text}</code>`;
}

function facts(index: ReportedIndex): [string, string | Html][] {
  const { table, state, drift, sizeBytes, builtAt, buildSeconds, validSince } = index;
  const built = builtAt ? instant(builtAt) : "adopted: it already existed";
  return [
    ["Table", table],
    ["State", html`${mark(state === "valid")} ${state}${drift && `: ${drift}`}`],
    ["Built", built],
    ["Build took", buildSeconds === null ? "unknown" : elapsed(buildSeconds)],
    ["Valid since", instant(validSince)],
    ["Size", sizeBytes === null ? "unknown" : renderBytes(sizeBytes)],
  ];
}

function buildSection(
  indexes: readonly ReportedIndex[],
  writes: ExtraMeasurements["writes"],
  library: PlotLibrary,
): Html | false {
  const watched = indexes.filter(({ phases }) => phases.length > 0);
  if (watched.length === 0) return false;
  return html`<section id="build" aria-labelledby="build-title">
<h2 id="build-title">The builds, phase by phase</h2>
${writes.length > 0 && figure(writesPlot(library, watched, writes), WRITES_LEGEND)}
${watched.map(
  ({ index, phases }) => html`<h3>${index}</h3>
${figure(phasesPlot(library, index, phases), phasesLegend(index))}
${table(
  `Build of ${index}`,
  ["phase", "time"],
  phases.map(({ phase, seconds }) => [phase, elapsed(seconds)]),
)}
`,
)}
</section>`;
}

function phasesLegend(index: string): string {
  return `Phases of the build of ${index}, sampled twice a second`;
}

const WRITES_LEGEND = html`The slowest writes while the indexes were built, on a logarithmic axis.
Shaded: while a build was running, its phases alternately lighter and darker.`;

function extraSection({ title, results }: ExtraMeasurements): Html {
  return html`<section id="extra" aria-labelledby="extra-title">
<h2 id="extra-title">${title}</h2>
${table(
  title,
  ["promise", "measured", "as promised"],
  results.map(({ promise, measured, ok }) => [promise, measured, mark(ok)]),
)}
</section>`;
}
