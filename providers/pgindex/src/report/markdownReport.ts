import type { PlanTree } from "../engine/explain/queryPlan";
import { oneLine } from "../engine/text/printable";
import { renderBytes, renderElapsed } from "../engine/text/render";
import type { ExtraMeasurements } from "./extraMeasurements";
import { code, longestRun, table } from "./markdownParts";
import type { ChecklistLine, Report, ReportedIndex, ReportedQuery } from "./reportModel";
import { planLines } from "./sections/planTrees";
import { factsOf } from "./sections/verdictBand";
import { instant, milliseconds, number } from "./valueFormats";

/** A report as GitHub-flavored Markdown, for a pull request. Pure. */
export function toMarkdown(report: Report): string {
  const { stack, generatedAt, checklist, builds, extra } = report;
  const source = stack.lookedAt ? "its state and the database" : "its state";
  const parts = [
    `## Indexes of ${code(stack.name || "a stack")}`,
    verdictPart(report),
    `Written ${instant(generatedAt)}, from ${source}.`,
    ...buildsPart(builds),
    ...checklistPart(checklist),
    ...indexesPart(stack.indexes),
    ...queriesPart(stack.indexes),
    ...(extra ? extraPart(extra) : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

function verdictPart(report: Report): string {
  const { state, headline } = report.verdict;
  const facts = factsOf(report).map(([name, value]) => `- ${name}: ${code(value)}`);
  return [`**${state.toUpperCase()}**: ${code(headline)}`, "", ...facts].join("\n");
}

function buildsPart(builds: Report["builds"]): string[] {
  if (builds.length === 0) return [];
  const rows = builds.map(({ index, phase, seconds, blockedBy }) => [
    code(index ?? "not visible to this role"),
    code(phase ?? "not known"),
    renderElapsed(seconds * 1000),
    number(blockedBy),
  ]);
  return ["### Being built now", table(["index", "phase", "for", "sessions waited for"], rows)];
}

function checklistPart(lines: readonly ChecklistLine[]): string[] {
  const done = lines.filter(({ isDone }) => isDone).length;
  const items = lines.flatMap(({ title, isDone, proofs }) => [
    `- [${isDone ? "x" : " "}] ${code(title)}`,
    ...proofs.map(
      ({ isMet, isFailing, text }) => `  - ${isMet ? "✓" : isFailing ? "✗" : "○"} ${code(text)}`,
    ),
  ]);
  return [`### Checklist: ${done} of ${lines.length} done`, items.join("\n")];
}

function indexesPart(indexes: readonly ReportedIndex[]): string[] {
  if (indexes.length === 0) return ["The stack has no indexes yet."];
  const rows = indexes.map((index) => [
    code(index.index),
    code(`${index.state}${index.drift ? `: ${index.drift}` : ""}`),
    index.builtAt ? instant(index.builtAt) : "adopted",
    index.buildSeconds === null ? "" : renderElapsed(index.buildSeconds * 1000),
    index.sizeBytes === null ? "" : renderBytes(index.sizeBytes),
    index.use ? number(index.use.trafficScans) : "",
    code(index.definition),
  ]);
  const head = ["index", "state", "built", "build took", "size", "scans by traffic", "definition"];
  return ["### What was built", table(head, rows)];
}

function queriesPart(indexes: readonly ReportedIndex[]): string[] {
  const queries = indexes.flatMap(({ queries, stale }) =>
    queries.map((query) => ({ ...query, stale })),
  );
  if (queries.length === 0) return [];
  const stale = indexes.flatMap((index) => (index.stale ? [`- ${code(index.stale)}`] : []));
  const rows = queries.map(({ name, before, ratio, problems, stale, ...now }) => [
    code(name),
    plan(before?.planType ?? null, null),
    time(before?.executionMs ?? null, before?.timedOut),
    plan(now.planType, now.index),
    time(now.executionMs, now.timedOut),
    ratio === null ? "" : number(ratio),
    stale ? "no longer holds" : problems.length === 0 ? "✓" : `✗ ${code(problems.join("; "))}`,
  ]);
  const head = ["query", "plan before", "before", "plan after", "after", "times faster"];
  const notes = stale.length > 0 ? [stale.join("\n")] : [];
  const results = table([...head, "as expected"], rows);
  return ["### Queries", ...notes, results, ...queries.flatMap(plansPart)];
}

/** Two collapsed blocks, for readers who want the details. */
function plansPart({ name, before, planBefore, plan: tree }: ReportedQuery): string[] {
  if (!tree && !planBefore) return [];
  const none = before ? "not recorded" : "not measured before the build";
  return [`#### Plans of ${code(name)}`, block("before", planBefore, none), block("after", tree)];
}

function block(when: string, tree: PlanTree | null, none = "not recorded"): string {
  const text = tree ? planLines(tree).map(oneLine).join("\n") : none;
  const fence = "`".repeat(Math.max(2, longestRun(text)) + 1);
  const shown = `${fence}text\n${text}\n${fence}`;
  return `<details><summary>Plan ${when}</summary>\n\n${shown}\n\n</details>`;
}

function plan(planType: string | null, index: string | null): string {
  return planType === null ? "" : `${planType}${index ? ` using ${code(index)}` : ""}`;
}

function time(ms: number | null, timedOut = false): string {
  return ms === null ? "" : `${timedOut ? "over " : ""}${milliseconds(ms)}`;
}

function extraPart({ title, results }: ExtraMeasurements): string[] {
  const rows = results.map(({ promise, measured, ok }) => [
    code(promise),
    code(measured),
    ok ? "✓" : "✗",
  ]);
  return [`### ${code(title)}`, table(["promise", "measured", "as promised"], rows)];
}
