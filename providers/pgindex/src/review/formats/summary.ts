import { findingsOf, unseenIndexes } from "../findings";
import type { Plan } from "../plan";

/** The whole plan in one line: what is built, changed and dropped, and what was found. */
export function summaryOf(plan: Plan): string {
  const { indexes } = plan;
  const findings = findingsOf(plan);
  const isPlanned = (...actions: string[]) =>
    indexes.filter(({ action }) => actions.includes(action)).length;
  const isFound = (level: string) => findings.filter(({ severity }) => severity === level).length;
  const parts = [
    counted(isPlanned("create"), "to create"),
    counted(isPlanned("update"), "to change"),
    counted(isPlanned("replace"), "to replace"),
    counted(isPlanned("delete"), "to delete"),
    counted(isPlanned("same"), "unchanged"),
    counted(isFound("error"), isFound("error") === 1 ? "error" : "errors"),
    counted(isFound("warning"), isFound("warning") === 1 ? "warning" : "warnings"),
    counted(unseenIndexes(plan).length, "could not be looked at"),
  ].filter((part) => part !== "");
  if (indexes.length === 0) return "no indexes";
  const number = indexes.length === 1 ? "1 index" : `${indexes.length} indexes`;
  return `${number}: ${parts.join(", ")}`;
}

function counted(number: number, what: string): string {
  return number > 0 ? `${number} ${what}` : "";
}
