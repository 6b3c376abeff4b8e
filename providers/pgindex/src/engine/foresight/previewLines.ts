import type { Facts, StepFacts } from "../hazards/facts";
import type { JudgedHazard } from "../hazards/hazard";
import { hazardLine } from "../hazards/policyMessages";
import { renderBytes, renderElapsed } from "../text/render";
import { trafficLines } from "./table/tableTraffic";

/** What a preview says to people, from what it knows. */
export function previewLines(facts: Facts, hazards: readonly JudgedHazard[]): string[] {
  return [
    tableLine(facts.table),
    ...abridge(facts.steps.map(stepLine)),
    ...settingsLines(facts),
    ...needsLines(facts),
    ...timeLines(facts),
    ...trafficLines(facts.traffic),
    ...hazards.map(hazardLine),
  ];
}

function tableLine({ schema, name, rows, sizeBytes }: Facts["table"]): string {
  const table = `${schema}.${name}`;
  if (rows === null) return `${table} has never been analyzed`;
  return `${table} has ${Math.round(rows).toLocaleString("en-US")} rows, ${renderBytes(sizeBytes)}`;
}

/** Maximum number of steps shown, since a table can have a thousand partitions. */
const SHOWN_STEPS = 12;

function abridge(lines: readonly string[]): string[] {
  if (lines.length <= SHOWN_STEPS) return [...lines];
  return [
    ...lines.slice(0, SHOWN_STEPS),
    `… and ${lines.length - SHOWN_STEPS} more steps of the same kind`,
  ];
}

/** Describes a step. The preview also shows a first build's statement as the input `statement`. */
function stepLine({ kind, why, statements, locks, warning }: StepFacts): string {
  switch (kind) {
    case "adopt":
      return `builds nothing: ${why}`;
    case "build":
      return `builds the index: ${why}; ${statements.join("; ")}; locks ${locks}`;
    default:
      return `${statements.join("; ")}: ${why}${warning === undefined ? "" : ` (${warning})`}`;
  }
}

function settingsLines({ buildSettings }: Facts): string[] {
  const settings = Object.entries(buildSettings);
  if (settings.length === 0) return [];
  return [`builds with ${settings.map(([name, value]) => `${name} = ${value}`).join(", ")}`];
}

/** Less is no time. */
const LEAST_SECONDS = 2;

function timeLines({ build }: Facts): string[] {
  if (!build || build.seconds < LEAST_SECONDS) return [];
  const [about, least, most] = [build.seconds, build.least, build.most].map((seconds) =>
    renderElapsed(seconds * 1000),
  );
  return [`takes about ${about} (${least} to ${most}) to build, waits aside: ${build.basis}`];
}

/** An index smaller than this fits everywhere. */
const SMALL_BYTES = 10 * 1024 * 1024;

function needsLines({ needs }: Facts): string[] {
  if (!needs || needs.indexBytes < SMALL_BYTES) return [];
  const sorts = needs.diskBytes > needs.indexBytes ? ", and the same again while it sorts" : "";
  return [`needs about ${renderBytes(needs.indexBytes)}${sorts}`];
}
