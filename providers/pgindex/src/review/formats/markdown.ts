import { previewLines } from "../../engine/foresight/previewLines";
import type { StepFacts } from "../../engine/hazards/facts";
import { type Finding, findingsOf, nameOf, unseenIndexes } from "../findings";
import type { Plan, PlannedIndex } from "../plan";
import { factsTable } from "./factsTable";
import { summaryOf } from "./summary";
import { databasesOf, outcomeOf, planLines, tableOf } from "./text";

/** By it a workflow finds its comment again, to update it: one for each stack. */
function markerOf({ project, stack }: Pick<Plan, "project" | "stack">): string {
  return `<!-- pgindex plan ${project}/${stack} -->`.replaceAll(/--(?!>$)(?<!^<!--)/g, "- -");
}

/** GitHub takes 65,536 characters; the rest is cut from the end, where the SQL stands. */
const MOST_CHARACTERS = 60_000;

/** For a comment on a pull request. */
export function toMarkdown(plan: Plan): string {
  const { project, stack, command, indexes } = plan;
  const head = [
    markerOf(plan),
    `### pgindex: ${escaped(`${project}/${stack}`)}${command === "destroy" ? ", destroy" : ""}`,
    "",
    `**${escaped(summaryOf(plan))}**${plan.isComplete ? "" : ", and Pulumi stopped there"}`,
    ...databasesOf(plan).flatMap((line) => ["", escaped(line)]),
    "",
    "",
  ];
  const changed = indexes.filter(
    ({ action, outcome }) => action !== "same" || outcome !== "looked",
  );
  const parts = [
    tableParts(changed),
    findingParts(plan),
    factsParts(plan),
    ...changed.map(sqlParts),
  ].flat();
  return withinLimit(head, parts);
}

function tableParts(indexes: readonly PlannedIndex[]): string[] {
  if (indexes.length === 0) return [];
  const rows = indexes.map((index) => [
    nameOf(index),
    tableOf(index),
    index.action,
    foundIn(index),
    planOf(index),
  ]);
  return [[...tableLines(["index", "table", "action", "look", "plans"], rows), ""].join("\n")];
}

function factsParts(plan: Plan): string[] {
  const facts = factsTable(plan);
  if (!facts) return [];
  const notes = facts.notes.map((note) => `- ${escaped(note)}`);
  return [[...tableLines(facts.head, facts.rows), "", ...notes, ""].join("\n")];
}

function tableLines(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const lines = rows.map((cells) => `| ${cells.map(cell).join(" | ")} |`);
  return [`| ${head.join(" | ")} |`, `|${" --- |".repeat(head.length)}`, ...lines];
}

function foundIn(index: PlannedIndex): string {
  return outcomeOf(index, [index.outcome === "refused" ? "refused" : "ok"]);
}

/** What becomes of its queries' plans, if that is known. */
function planOf({ plans }: PlannedIndex): string {
  const queries = plans?.queries ?? [];
  return queries
    .map((query) => {
      if ("unknown" in query) return `${query.name}: could not look`;
      const [from, to] = [query.present, query.foretold].map(({ planType }) => planType ?? "none");
      return `${query.name}: ${from} → ${to}`;
    })
    .join("; ");
}

const MARKS = { error: "❌", warning: "⚠️", info: "ℹ️" };

function findingParts(plan: Plan): string[] {
  const missed = unseenIndexes(plan).map(
    (index) =>
      `- ❔ \`${code(nameOf(index))}\`: could not look, because ${escaped(index.reason ?? "")}`,
  );
  const lines = [...findingsOf(plan).map(findingItem), ...missed];
  return lines.length > 0 ? [[...lines, ""].join("\n")] : [];
}

function findingItem({ code: kind, severity, message, cause, fix, index }: Finding): string {
  const why = [cause && `  \n  why: ${escaped(cause)}`, fix && `  \n  fix: ${escaped(fix)}`];
  const text = `${MARKS[severity]} \`${code(nameOf(index))}\` ${escaped(message)} [${kind}]`;
  return `- ${text}${why.filter(Boolean).join("")}`;
}

function sqlParts(index: PlannedIndex): string[] {
  const { facts } = index;
  const steps = facts?.steps.flatMap(stepTexts) ?? [];
  const lines = [...(facts ? previewLines({ ...facts, steps: [] }, []) : []), ...planLines(index)];
  if (steps.length === 0 && lines.length === 0) return [];
  const sql = steps.map((text) => (text.startsWith("--") ? text : `${text};`)).join("\n");
  const fence = fenceFor(sql);
  return [
    [
      `<details><summary><code>${html(oneLined(nameOf(index)))}</code>: what runs</summary>`,
      "",
      ...(steps.length > 0 ? [`${fence}sql`, sql, fence, ""] : []),
      ...lines.map((line) => `- ${escaped(line)}`),
      "",
      "</details>",
      "",
    ].join("\n"),
  ];
}

function stepTexts({ why, locks, statements }: StepFacts): string[] {
  const locked = locks === null ? "" : `; locks ${locks}`;
  return [`-- ${oneLined(`${why}${locked}`)}`, ...statements];
}

/** Whole parts only, so that no fence and no details stay open. */
function withinLimit(head: readonly string[], parts: readonly string[]): string {
  let text = head.join("\n");
  const left: string[] = [];
  for (const part of parts) {
    if (text.length + part.length > MOST_CHARACTERS) left.push(part);
    else text += `${part}\n`;
  }
  return left.length > 0
    ? `${text}\n${left.length} parts are left out, which a comment has no room for: see the JSON.\n`
    : text;
}

const oneLined = (text: string) => text.replaceAll(/\s+/g, " ");

/** Longer than any run of backticks inside. */
function fenceFor(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  return "`".repeat(Math.max(3, ...runs.map(({ length }) => length + 1)));
}

/** Names and the server's texts must not become links, mentions, images or HTML. */
function escaped(text: string): string {
  return html(oneLined(text))
    .replaceAll(/[\\`*_{}[\]()#+!|~]/g, "\\$&")
    .replaceAll("@", "@\u200b");
}

function html(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const code = (text: string) => oneLined(text).replaceAll("`", "'");
const cell = (text: string) => escaped(text) || " ";
