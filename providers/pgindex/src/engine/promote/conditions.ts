import { renderElapsed } from "../text/render";
import {
  type Condition,
  type Evidence,
  type GateConditions,
  met,
  type Requirement,
  unmet,
} from "./evidence";
import { latencyConditions, planConditions } from "./queryConditions";

/** Judges every condition on one index. Pure: `now` is an argument (milliseconds). */
export function conditionsOn(
  requirement: Requirement,
  evidence: Evidence | undefined,
  conditions: GateConditions,
  now: number,
): Condition[] {
  if (!evidence) {
    return [unmet("evidence", "the other stack has no such index: run pulumi up there first")];
  }
  if (evidence.statement !== requirement.statement) {
    const text =
      `the other stack has another definition (${evidence.statement}): ` +
      "run pulumi up there with this program";
    return [unmet("definition", text)];
  }
  return [
    met("definition", "it has the same definition there"),
    evidence.valid
      ? met("valid", "it is valid there")
      : unmet("valid", "it is not valid there: run pulumi up there"),
    ...planConditions(evidence.queries, conditions),
    ...latencyConditions(evidence.queries, conditions),
    scans(evidence, conditions),
    soak(evidence, conditions, now),
  ];
}

function scans(evidence: Evidence, { minimumScans }: GateConditions): Condition {
  const { trafficScans, isExact } = evidence;
  const found = `traffic has scanned it ${trafficScans} times there, ${minimumScans} wanted`;
  if (trafficScans >= minimumScans) return met("scans", found);
  const fix = "let the application run, then pulumi refresh --run-program there";
  const estimate = scansExpected(evidence, minimumScans);
  const uncertain =
    isExact === false
      ? " (unsaved measurements may have caused some of the counted scans: " +
        "see docs/verification.md, own scans)"
      : "";
  return unmet("scans", `${found}: ${fix}${estimate}${uncertain}`);
}

/** Estimates when there will be enough scans at the current rate. */
function scansExpected(
  { trafficScans, validSince, verifiedAt }: Evidence,
  minimumScans: number,
): string {
  const since = Date.parse(validSince);
  const until = Date.parse(verifiedAt ?? "");
  if (trafficScans === 0 || !(until > since)) return "";
  const missing = ((minimumScans - trafficScans) * (until - since)) / trafficScans;
  const enough = instant(until + missing);
  return `; at the rate until ${instant(until)}, there will be enough by ${enough}`;
}

function soak({ validSince }: Evidence, { soakMs, soak }: GateConditions, now: number): Condition {
  const end = Date.parse(validSince) + soakMs;
  const left = end - now;
  if (left <= 0) return met("soak", `it has soaked ${soak}`);
  const done = renderElapsed(Math.max(0, soakMs - left));
  return unmet(
    "soak",
    `it has soaked ${done} of ${soak}: ${renderElapsed(left)} left, until ${instant(end)}`,
  );
}

/** ISO 8601, rounded up to the second, by when the condition is surely met. */
function instant(time: number): string {
  return new Date(Math.ceil(time / 1000) * 1000).toISOString().replace(".000", "");
}
