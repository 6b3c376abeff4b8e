import type { JudgedHazard } from "../engine/hazards/hazard";
import { displayName } from "../engine/text/render";
import type { Plan, PlannedIndex } from "./plan";

export const SEVERITIES = ["info", "warning", "error"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Something that a reviewer has to know of one index before saying yes. */
export interface Finding {
  /** What kind it is, such as `drop-index`. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly cause?: string;
  readonly fix?: string;
  readonly index: PlannedIndex;
}

/** Every finding of a plan, by index. */
export function findingsOf({ indexes }: Plan): Finding[] {
  return indexes.flatMap(findingsOfIndex);
}

/** The findings of one index: what is refused, what stands in its way, and what its drop does. */
export function findingsOfIndex(index: PlannedIndex): Finding[] {
  return [...refusal(index), ...index.hazards.flatMap(ofHazard(index)), ...dropped(index)];
}

/** What is allowed is no finding, but stays to be read. */
function ofHazard(index: PlannedIndex): (hazard: JudgedHazard) => Finding[] {
  return ({ action, code, severity, message, cause, fix, note }) => {
    const text = note === undefined ? message : `${message} (${note})`;
    const level = ({ allow: "info", warn: severity, deny: "error" } as const)[action];
    return [{ code, severity: level, message: text, ...(cause && { cause }), fix, index }];
  };
}

/** The indexes of which nobody knows what a change would do. */
export function unseenIndexes({ indexes }: Pick<Plan, "indexes">): PlannedIndex[] {
  return indexes.filter(({ outcome }) => outcome === "couldNotLook");
}

function refusal(index: PlannedIndex): Finding[] {
  if (index.outcome !== "refused") return [];
  const [message = "", ...advice] = (index.reason ?? "").split("\n");
  const part = (name: string) =>
    advice.find((line) => line.startsWith(`  ${name}: `))?.slice(name.length + 4);
  const [cause, fix] = [part("why"), part("fix")];
  return [
    {
      code: index.code ?? "refused",
      severity: "error",
      message,
      ...(cause && { cause }),
      ...(fix && { fix }),
      index,
    },
  ];
}

const OF_DROP: Readonly<Record<NonNullable<PlannedIndex["drop"]>["does"], Severity>> = {
  drop: "warning",
  refuse: "error",
  keep: "info",
  nothing: "info",
};

function dropped(index: PlannedIndex): Finding[] {
  const { drop } = index;
  if (!drop) return [];
  const { does, text } = drop;
  return [
    { code: `${does}-index`, severity: OF_DROP[does], message: `${SAYS[does]}: ${text}`, index },
  ];
}

const SAYS = {
  drop: "the index will be dropped",
  keep: "the index stays",
  refuse: "its drop will be refused",
  nothing: "there is nothing to drop",
};

/** How an index is called: where it stands, else the resource. */
export function nameOf({ index, name }: PlannedIndex): string {
  return index ? displayName(index) : name;
}

/** Whether it is at least as bad. */
export function isAtLeast(severity: Severity, level: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(level);
}
