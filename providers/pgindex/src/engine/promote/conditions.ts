import type { DatabaseIdentity } from "../session/databaseIdentity";
import { renderElapsed } from "../text/render";
import {
  type Condition,
  type Evidence,
  type GateConditions,
  met,
  type Requirement,
  unmet,
} from "./evidence";
import { oneProof } from "./oneProof";
import { latencyConditions, planConditions } from "./queryConditions";

/** Judges every condition on one index. Pure; no clock but the other server's counts. */
export function conditionsOn(
  requirement: Requirement,
  evidence: Evidence | undefined,
  conditions: GateConditions,
  here?: DatabaseIdentity,
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
    ...oneProof(requirement, evidence, here),
    evidence.valid
      ? met("valid", "it is valid there")
      : unmet("valid", "it is not valid there: run pulumi up there"),
    ...planConditions(evidence.queries, conditions),
    ...latencyConditions(evidence.queries, conditions),
    scans(evidence, conditions),
    soak(evidence, conditions),
  ];
}

function scans(evidence: Evidence, { minimumScans }: GateConditions): Condition {
  const { trafficScans, isExact, isToldApart } = evidence;
  const least = isExact === false ? "at least " : "";
  const found = `traffic has scanned it ${least}${trafficScans} times there, ${minimumScans} wanted`;
  const areOurs = isToldApart === false || (isExact === false && isToldApart == null);
  if (areOurs && minimumScans > 0) return unmet("scans", `${found}; ${OURS}`);
  if (trafficScans >= minimumScans) return met("scans", found);
  const fix = "let the application run, then pulumi refresh --run-program there";
  return unmet("scans", `${found}: ${fix}${scansExpected(evidence, minimumScans)}`);
}

/** Nobody knows how many of the scans other resources and commands of ours have made. */
const OURS =
  "but the server counts our own measurements too, and some of these scans may be theirs: " +
  "let the role there turn counting off (GRANT SET ON PARAMETER track_counts, or ALTER ROLE … SET " +
  "track_counts = off; see docs/verification.md, own scans), then pulumi refresh --run-program";

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

/**
 * Soaks on the other server, by its clock alone, and only as long as it was looked at: from when the
 * index was valid to when it was last measured.
 */
function soak(
  { validSince, verifiedAt }: Evidence,
  { soakMs, soak: wanted }: GateConditions,
): Condition {
  const since = Date.parse(validSince);
  const soaked = Date.parse(verifiedAt ?? "") - since;
  if (soaked >= soakMs) return met("soak", `it has soaked ${wanted}`);
  const left = soakMs - Math.max(0, soaked || 0);
  return unmet(
    "soak",
    `it has soaked ${renderElapsed(soakMs - left)} of ${wanted}: ${renderElapsed(left)} left, ` +
      `until ${instant(since + soakMs)}; it was last measured at ${verifiedAt}: run pulumi refresh ` +
      "--run-program there after the soak",
  );
}

/** ISO 8601, rounded up to the second, by when the condition is surely met. */
function instant(time: number): string {
  return new Date(Math.ceil(time / 1000) * 1000).toISOString().replace(".000", "");
}
