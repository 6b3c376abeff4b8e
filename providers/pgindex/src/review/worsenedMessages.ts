import type { SeenStep } from "../engine/foresight/foreseen";
import type { JudgedHazard } from "../engine/hazards/hazard";
import { databaseLabel } from "../engine/session/databaseIdentity";
import type { LookRecord } from "./lookRecord";
import type { PlannedIndex } from "./plan";

/** Every text about what is worse than a reviewer was shown. */

export function notInPlan(): string {
  return "the plan does not have this resource";
}

export function otherDatabase(then: LookRecord["database"], now: LookRecord["database"]): string {
  const [was, is] = [then, now].map((each) => (each ? databaseLabel(each) : "unknown"));
  return `the plan is of the database ${was}, and this is ${is}`;
}

export function otherDefinition(then: string | undefined, now: string | undefined): string {
  return `its definition was ${then}, and is ${now}`;
}

export function otherMeaning(): string {
  return (
    "the server reads its declaration differently than it did: a name in it means something else, " +
    "or a column has another type"
  );
}

export function notLookedAt({ outcome, reason = "" }: PlannedIndex): string {
  const why = reason.split("\n")[0];
  return outcome === "refused"
    ? `it was refused when the plan was made: ${why}`
    : `nobody could look at it when the plan was made, because ${why}`;
}

export function newStep({ sql, why }: SeenStep): string {
  return `it would take a step that the plan does not have: ${sql.join("; ")} (${why})`;
}

export function taken(): string {
  return "the index belongs to another resource of this stack by now";
}

export function newHazard({ code, message }: JudgedHazard): string {
  return `new since: ${message} [${code}]`;
}

/** Of a delete: what the plan said of the resource. */
export function otherDelete(reviewed: Pick<PlannedIndex, "action" | "drop"> | undefined): string {
  if (!reviewed) return notInPlan();
  if (reviewed.drop?.does === "keep")
    return `the plan says that the index stays: ${reviewed.drop.text}`;
  return `the plan does not delete it (${reviewed.action})`;
}
