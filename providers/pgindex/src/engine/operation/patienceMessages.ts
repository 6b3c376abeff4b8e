import type { OtherSession } from "../catalog/sessions/otherSessions";
import { describeSession } from "../catalog/sessions/sessionDescription";
import type { Advice } from "../errors/advice";
import { renderElapsed } from "../text/render";
import type { OutOfPatience, StallsInAll } from "./patience";

/**
 * Advice for an operation that has reached `waitFor` or `buildWithin`. `left` says what happened to
 * the work it had begun.
 */
export function outOfPatienceAdvice(
  operation: string,
  { option, limitMs, others, waitsFor }: OutOfPatience,
  left: string,
): Advice {
  const limit = renderElapsed(limitMs);
  const inTheWay = others.map(describeSession).join("; ") || (waitsFor ?? "nobody");
  if (option === "stallBudget")
    return {
      what:
        `gave up ${operation}: reads and writes have waited behind its locks ` +
        `for ${limit} in all (stallBudget)`,
      why: `one short transaction after another was in the way; ${left}`,
      fix:
        `${others.map(remedyFor).join("; ") || "wait until fewer transactions use the table"}; ` +
        "then run the same command again",
      otherwise:
        'let them wait longer: stallBudget on the resource, such as "30s", ' +
        "or pulumi config set pgindex:stallBudget 30s",
    };
  if (option === "buildWithin")
    return {
      what: `stopped ${operation}: it was not done within ${limit} (buildWithin)`,
      why: `in the way at the end: ${inTheWay}; ${left}`,
      fix: "give it more time with buildWithin, or run pulumi up when the server is less busy",
      otherwise: "omit buildWithin: a build that makes progress is then never stopped",
    };
  return {
    what: `gave up ${operation}: others were in the way for ${limit} (waitFor)`,
    why: `in the way at the end: ${inTheWay}; ${left}`,
    fix:
      `${others.map(remedyFor).join("; ") || (waitsFor ? END_WAIT : "see who is working on the table")}; ` +
      "then run the same command again",
    otherwise:
      'wait longer: waitFor on the resource, such as "4h", or pulumi config set pgindex:waitFor 4h',
  };
}

/** A wait for no session ends by what it waits for. */
const END_WAIT = "see to what it waited for: reconnect the standby, or end the cursor";

/** How to get a session out of the way. An idle one has no statement to cancel. */
export function remedyFor({ pid, state, backendType, isHidden }: OtherSession): string {
  if (pid === 0) return "COMMIT PREPARED or ROLLBACK PREPARED what pg_prepared_xacts lists";
  if (backendType === "autovacuum worker") return `let autovacuum (pid ${pid}) finish`;
  // A session that is idle in its transaction cannot be told from one that works.
  if (isHidden) return `let it finish, or end it: SELECT pg_terminate_backend(${pid})`;
  if (state?.startsWith("idle")) return `end it: SELECT pg_terminate_backend(${pid})`;
  return `let it finish, or cancel it: SELECT pg_cancel_backend(${pid})`;
}

/** How long others waited behind the short locks of one operation. */
export function stallReport(stalls: StallsInAll): string {
  const { tries, totalMs, longestMs, sessions } = stalls;
  const asked =
    `asked ${tries} ${tries === 1 ? "time" : "times"} for a lock that stops reads or writes ` +
    `(${Math.ceil(stalls.tookMs)} ms at most)`;
  if (sessions === 0) return `${asked}: nobody was seen waiting behind it`;
  return (
    `${asked}: others waited behind it for ${Math.round(totalMs)} ms in all ` +
    `(${sessions} ${sessions === 1 ? "session" : "sessions"}, the longest ` +
    `${Math.round(longestMs)} ms)`
  );
}
