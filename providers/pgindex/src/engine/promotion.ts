import ms from "ms";
import { renderElapsed } from "./render";

/** What a stage must have shown of one index. */
export interface Requirement {
  readonly schema: string;
  readonly name: string;
  /** The statement that this stack would run: the other stage must have run the same. */
  readonly statement: string;
}

/** What another stage says of one index: outputs of its `Index` and its `Verification`. */
export interface Evidence {
  readonly statement: string;
  readonly valid: boolean;
  /** ISO 8601. */
  readonly validSince: string;
  readonly trafficScans: number;
  readonly queries: readonly {
    readonly name: string;
    readonly usesIndex: boolean;
    readonly planType: string | null;
  }[];
}

export interface GateConditions {
  /** Milliseconds that the index must have stood, valid. */
  readonly soakMs: number;
  /** Scans by traffic, our own measurements not counted. */
  readonly minimumScans: number;
}

/** What is still missing for one index; empty when every condition is met. Pure: `now` is given. */
export function missingFor(
  requirement: Requirement,
  evidence: Evidence | undefined,
  conditions: GateConditions,
  now: number,
): string[] {
  if (!evidence) return ["the other stack has no such index: run pulumi up there first"];
  if (evidence.statement !== requirement.statement) {
    return [
      `the other stack has another definition (${evidence.statement}): run pulumi up there with this program`,
    ];
  }
  const missing: string[] = [];
  if (!evidence.valid) missing.push("it is not valid there: run pulumi up there");
  if (!evidence.queries.some((query) => query.usesIndex)) {
    missing.push(
      "no measured plan there uses it: run pulumi refresh --run-program there, and see its verification",
    );
  }
  if (evidence.trafficScans < conditions.minimumScans) {
    missing.push(
      `traffic has scanned it ${evidence.trafficScans} times there, ${conditions.minimumScans} wanted: ` +
        "let the application run, then pulumi refresh --run-program there",
    );
  }
  const left = Date.parse(evidence.validSince) + conditions.soakMs - now;
  if (left > 0) {
    missing.push(
      `it has soaked ${renderElapsed(conditions.soakMs - left)} of ${ms(conditions.soakMs)}: ${renderElapsed(left)} left`,
    );
  }
  return missing;
}
