import { type DesiredIndex, subject } from "../declare/desiredIndex";
import type { Advice } from "../errors/advice";
import { classify, harmlessHints, harmlessText, isNameRace, sqlState } from "../errors/sqlstate";
import { duplicatesQuery } from "../foresight/duplicateMessages";
import { buildCause } from "../situation/causes/buildRowsMessages";
import type { Cause } from "../situation/causes/cause";
import { renderBytes } from "../text/render";

export function unsettledAdvice(desired: DesiredIndex, rounds: number): Advice {
  return {
    what: `${subject(desired)} is not as declared after ${rounds} rounds of changes`,
    why:
      "somebody else is changing it at the same time, " +
      "or the server reports a form that differs from the declaration",
    fix: "run pulumi refresh to see what exists, then pulumi up",
  };
}

export function notVerifiedAdvice(desired: DesiredIndex, found: string): Advice {
  return {
    what:
      `the build of ${subject(desired)} ended without an error, ` +
      "but the catalog does not show the declared index",
    why: found,
    fix: "run pulumi up again; it checks the index and finishes or rebuilds it",
  };
}

/** Advice that alone would hide what is left behind. */
export function leftBehindAdvice(advice: Advice, left: string): Advice {
  return { ...advice, why: `${advice.why}; ${left}` };
}

/** What stays when a change stops before its end. */
export function doneText(sqls: readonly string[]): string {
  const more = sqls.length - SHOWN_STATEMENTS;
  const shown = sqls.slice(0, SHOWN_STATEMENTS).join("; ");
  const done = more > 0 ? `${shown}; and ${more} more` : shown;
  return `done until then: ${done}; the next pulumi up goes on from there`;
}

/** A partitioned table can have a thousand partitions. */
const SHOWN_STATEMENTS = 3;

const HIDDEN =
  "the server refused a value (its message is hidden because it can quote a row's data; " +
  "see the server's log)";

/** Advice after a build failed permanently. `cleanedUp` says what happened to its leftover. */
export function buildFailedAdvice(
  desired: DesiredIndex,
  error: unknown,
  { cleanedUp, estimatedBytes }: { readonly cleanedUp: string; readonly estimatedBytes?: number },
): Advice {
  const { because, fix, otherwise } = causeOfFailure(desired, error, estimatedBytes);
  const state = `SQLSTATE ${sqlState(error) ?? "none: the connection was lost"}`;
  const why = [state, because, ...harmlessHints(error), cleanedUp];
  return {
    what: `the build of ${subject(desired)} failed: ${harmlessText(error) ?? HIDDEN}`,
    why: why.filter((it) => it !== undefined).join("; "),
    fix,
    otherwise:
      classify(error) === "final" ? otherwise : "allow more attempts: set retries on the resource",
  };
}

const UNKNOWN_CAUSE = "fix the cause that the server reports, then run pulumi up";

/** `estimatedBytes`: the approximate size of the finished index. */
function causeOfFailure(desired: DesiredIndex, error: unknown, estimatedBytes?: number): Cause {
  if (isNameRace(error)) return { fix: UNKNOWN_CAUSE };
  if (sqlState(error) === "23505") {
    const list = duplicatesQuery(desired);
    return { fix: `remove the duplicates, then run pulumi up; to list them: ${list}` };
  }
  const size =
    estimatedBytes === undefined ? "its size" : `${renderBytes(estimatedBytes)}, its size,`;
  return buildCause(error, size) ?? { fix: UNKNOWN_CAUSE };
}
