import type { Waiter } from "../catalog/sessions/otherSessions";
import { describeSession } from "../catalog/sessions/sessionDescription";
import { maskStatement } from "../text/maskStatement";
import type { Harm } from "./waiterHarm";

/** Shown by `pg_stat_activity` in place of another role's statement. */
const HIDDEN = "<insufficient privilege>";

/** Warns about a session that waits behind a build: the harm it does and how to resolve it. */
export function waiterWarning(waiter: Waiter, { endsBuild, stopsApplication }: Harm): string {
  const { statement } = waiter;
  const isShown = statement && statement !== HIDDEN;
  const what = isShown ? `"${maskStatement(statement)}"` : "its statement";
  const lines = [`${describeSession(waiter)} waits behind this build.`];
  if (endsBuild)
    lines.push(
      "PostgreSQL will cancel the build as a deadlock in its last phase; " +
        "pgindex then retries it.",
    );
  if (waiter.lockType === "advisory")
    lines.push("It waits in pg_advisory_lock() and holds a snapshot while it waits.");
  if (stopsApplication)
    lines.push(
      "It requests ACCESS EXCLUSIVE: every read and write of the table now waits behind it " +
        `(${waiter.stopped} so far).`,
    );
  lines.push(
    `To let the build finish: SELECT pg_cancel_backend(${waiter.pid}); ` +
      `and run ${what} afterwards. waiters: "yield" lets it pass, "cancel" cancels it`,
  );
  return lines.join(" ");
}
