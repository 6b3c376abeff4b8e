import { type DesiredIndex, subject } from "../declare/desiredIndex";
import type { OwnershipMark } from "../declare/ownershipMark";
import type { Advice } from "../errors/advice";
import type { SeenStep } from "./foreseen";

/** A later look would do what the first one would not have. */
export function unforeseenAdvice(desired: DesiredIndex, step: SeenStep): Advice {
  return {
    what: `stopped: ${subject(desired)} has changed since it was looked at`,
    why:
      `it would now take a step that nobody has been shown: ${step.sql.join("; ")} ` +
      `(${step.why})`,
    fix: "see what has changed, with pulumi preview --refresh; pulumi up then does what that shows",
  };
}

/** Another resource of the stack has made or taken the index since the look. */
export function takenAdvice(desired: DesiredIndex, mark: OwnershipMark | undefined): Advice {
  const owner = mark?.label ?? "another resource of this stack";
  return {
    what: `refused: ${subject(desired)} belongs to another resource of this stack: ${owner}`,
    why:
      "it was not there, or not that resource's, when this one was looked at, so both declare it " +
      "in this run; each would change or drop what the other relies on",
    fix: "declare it once, through one Connection",
    otherwise: "if it is the same resource under a new name: run pulumi up again",
  };
}
