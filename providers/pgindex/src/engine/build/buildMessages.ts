import type { LiveIndex } from "../catalog/liveIndex";
import { type DesiredIndex, subject } from "../declare/desiredIndex";
import type { Advice } from "../errors/advice";
import { classify, harmlessHints, harmlessText, isNameRace, sqlState } from "../errors/sqlstate";
import { duplicatesQuery } from "../foresight/duplicateMessages";
import { buildCause } from "../situation/causes/buildRowsMessages";
import type { Cause } from "../situation/causes/cause";
import { displayName, renderBytes } from "../text/render";

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

/** Describes what an INVALID index costs until it is dropped. */
export function describeLeftover(live: LiveIndex): string {
  const name = `${displayName(live)} is left behind, INVALID`;
  if (!live.live) return `${name} and half dropped: nothing uses it, no write maintains it`;
  if (!live.ready) return `${name} and empty: no write maintains it`;
  const unique = rejectsRows(live) ? `, and it rejects rows with equal keys ${REJECTS_ROWS}` : "";
  return `${name}: no query uses it, every write maintains it${unique}`;
}

/** By this a pipeline tells that the application is concerned (docs/failures.md). */
const REJECTS_ROWS = "[rejects-rows]";

export function rejectsRows({ valid, ready, live, canonical }: LiveIndex): boolean {
  return !valid && ready && live && canonical.unique !== undefined;
}
