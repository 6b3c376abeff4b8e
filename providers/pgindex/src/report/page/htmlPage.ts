import type { ExtraMeasurements } from "../extraMeasurements";
import type { Report } from "../reportModel";
import { buildSection } from "../sections/buildSection";
import { checklistSection } from "../sections/checklistSection";
import { indexesSection } from "../sections/indexesSection";
import { latencySection, plansSection } from "../sections/querySections";
import { useSection } from "../sections/useSection";
import { verdictBand } from "../sections/verdictBand";
import { elapsed, instant, plural } from "../valueFormats";
import { contents } from "./contents";
import { toDocument } from "./htmlDocument";
import { type Html, html } from "./htmlTemplate";
import { mark, table } from "./htmlWidgets";

/** A report as one self-contained page. Pure. */
export function toPage(report: Report): string {
  const { stack, earlier, generatedAt } = report;
  const title = `Indexes of ${stack.name || "a stack"}`;
  const source = stack.lookedAt
    ? "its state and the database itself"
    : "its state only, as of its last pulumi up or pulumi refresh";
  const first = earlier && ` The stack ${earlier.name} went first.`;
  return toDocument({
    title,
    intro: `Written ${instant(generatedAt)}, from ${source}.${first ?? ""}`,
    command: "pgindex report",
    sections: [
      verdictBand(report),
      report.problem && problemNote(report.problem),
      contents(report),
      runningSection(report.builds),
      checklistSection(report.checklist),
      indexesSection(stack.indexes),
      latencySection(stack.indexes),
      plansSection(stack.indexes),
      useSection(stack.indexes),
      buildSection(stack.indexes, report.extra),
      report.extra && extraSection(report.extra),
    ],
  });
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

function extraSection({ title, results }: ExtraMeasurements): Html | false {
  if (results.length === 0) return false;
  return html`<section id="extra" aria-labelledby="extra-title">
<h2 id="extra-title">${title}</h2>
${table(
  title,
  ["promise", "measured", "as promised"],
  results.map(({ promise, measured, ok }) => [promise, measured, mark(ok ? "done" : "failing")]),
)}
</section>`;
}
