import Table from "cli-table3";
import { previewLines } from "../../engine/foresight/previewLines";
import { databaseLine } from "../../engine/session/databaseIdentity";
import { oneLine } from "../../engine/text/printable";
import { foretoldLines } from "../../engine/twin/foretoldLines";
import { type Finding, findingsOfIndex, nameOf } from "../findings";
import type { Plan, PlannedIndex } from "../plan";
import { factsTable } from "./factsTable";
import { summaryOf } from "./summary";

/** For a terminal: the summary, a table, and below it what was found and said of each index. */
export function toText(plan: Plan): string {
  const isShown = plan.indexes.length > 0;
  const table = drawn(["index", "table", "action", "found"], plan.indexes.map(rowOf));
  const facts = factsTable(plan);
  return [
    summaryOf(plan),
    ...databasesOf(plan),
    ...(isShown ? [table] : []),
    ...(facts ? [drawn(facts.head, facts.rows), ...facts.notes] : []),
    ...plan.indexes.flatMap((index) => detailsOf(index).map(oneLine)),
    "",
  ].join("\n");
}

function drawn(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  for (const row of rows) table.push(row.map(oneLine));
  return table.toString();
}

/** Each database once. */
export function databasesOf({ indexes }: Plan): string[] {
  const lines = indexes.flatMap(({ database }) =>
    database ? [databaseLine(database, database.serverVersion)] : [],
  );
  return [...new Set(lines)];
}

function rowOf(index: PlannedIndex): string[] {
  const findings = findingsOfIndex(index);
  const found = [...new Set(findings.map(({ code, severity }) => `${severity}: ${code}`))];
  return [nameOf(index), tableOf(index), index.action, outcomeOf(index, found)];
}

export function tableOf({ index }: PlannedIndex): string {
  return index ? `${index.schema}.${index.table}` : "";
}

export function outcomeOf({ outcome }: PlannedIndex, found: readonly string[]): string {
  if (outcome === "couldNotLook") return "could not look";
  if (outcome === "notAsked") return "not looked at";
  return found.join(", ");
}

function detailsOf(index: PlannedIndex): string[] {
  const { outcome, reason, facts } = index;
  const missed = outcome === "couldNotLook" ? [`could not look, because ${reason}`] : [];
  const lines = facts ? previewLines(facts, []) : [];
  const findings = findingsOfIndex(index).map(findingLine);
  return [...missed, ...findings, ...lines, ...planLines(index)].map(
    (line) => `${nameOf(index)}: ${line}`,
  );
}

/** What is foretold of its queries. */
export function planLines({ plans }: PlannedIndex): string[] {
  return plans ? foretoldLines(plans) : [];
}

function findingLine({ code, severity, message, cause, fix }: Finding): string {
  const parts = [message, cause && `why: ${cause}`, fix && `fix: ${fix}`];
  return `${severity} [${code}] ${parts.filter(Boolean).join("; ")}`;
}
