import type { Advice } from "../../engine/errors/advice";
import type { Plan } from "../../review/plan";

/** Why nothing is known of a resource that is written down for a plan. */

export function notAskedText(): string {
  return "it says validateInPreview: false";
}

export function unknownValuesText(): string {
  return "some of its arguments are only known once other resources have changed";
}

export function unknownInventoryText(): string {
  return "the database could not be looked at";
}

const AGAIN = "make a new plan, and have it reviewed: pgindex plan --out";

/** The stack's `up` is held to a plan of something else. */
export function otherStackAdvice(
  file: string,
  { project, stack }: Pick<Plan, "project" | "stack">,
  here: string,
): Advice {
  return {
    what: `the plan ${file} is of ${project}/${stack}, and this is ${here}`,
    why: "nobody has reviewed what would be changed here",
    fix: `${AGAIN} FILE --stack ${here.split("/").at(-1)}`,
  };
}

export function otherReleaseAdvice(file: string, made: string, here: string): Advice {
  return {
    what: `the plan ${file} was made by pgindex ${made}, and this is pgindex ${here}`,
    why: "another release may take other steps than those that were reviewed",
    fix: `${AGAIN} ${file}`,
    otherwise: `use pulumi-pgindex ${made}, as the plan did`,
  };
}

/** What would be done is worse than what the plan shows. */
export function worsenedAdvice(what: string, file: string, reasons: readonly string[]): Advice {
  return {
    what: `stopped: ${what} is not as it was reviewed`,
    why: `${reasons.join("; ")}; nothing of it was changed`,
    fix: `${AGAIN} ${file}`,
    otherwise: "to go on regardless: pulumi config set pgindex:onPlanChange warn",
  };
}

/** As {@link worsenedAdvice}, where the stack only wants to be told. */
export function worsenedText(what: string, reasons: readonly string[]): string {
  return `${what} is not as it was reviewed: ${reasons.join("; ")}`;
}
