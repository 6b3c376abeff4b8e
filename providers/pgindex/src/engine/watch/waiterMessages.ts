import { describeSession, type Waiter } from "../catalog/otherSessions";
import { maskStatement } from "../text/maskStatement";
import type { Harm } from "./waiterHarm";

/** What `pg_stat_activity` shows in place of another role's statement. */
const HIDDEN = "<insufficient privilege>";

export function waiterWarning(waiter: Waiter, { endsBuild, stopsApplication }: Harm): string {
  const { statement } = waiter;
  const isShown = statement && statement !== HIDDEN;
  const what = isShown ? `"${maskStatement(statement)}"` : "its statement";
  const lines = [`${describeSession(waiter)} waits behind this build.`];
  if (endsBuild)
    lines.push(
      "PostgreSQL will end the build as a deadlock when it reaches its last phase, and it is then tried again.",
    );
  if (waiter.lockType === "advisory")
    lines.push("It waits in pg_advisory_lock() and keeps a snapshot meanwhile.");
  if (stopsApplication)
    lines.push(
      `It wants ACCESS EXCLUSIVE: every read and write of the table waits behind it now (${waiter.stopped} so far).`,
    );
  lines.push(
    `To let the build finish: SELECT pg_cancel_backend(${waiter.pid}); and run ${what} afterwards. waiters: "yield" lets it pass, "cancel" cancels it`,
  );
  return lines.join(" ");
}
