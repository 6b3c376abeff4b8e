import { describeSession } from "../catalog/sessions/sessionDescription";
import { remedyFor } from "../operation/patienceMessages";
import { renderElapsed } from "../text/render";
import type { InTheWay } from "./inTheWay";

/**
 * What a preview says of an open transaction that the plan would have to wait for.
 *
 * @example
 * // the build will wait for pid 7 (app, psql, idle in transaction for 2 h 5 min), which may write
 * //   to public.users: end it: SELECT pg_terminate_backend(7); else it waits for up to 1 h …
 */
export function waitText(
  { other, waiting, relation = other.relation ?? "" }: InTheWay & { readonly relation?: string },
  dropped: readonly string[],
  waitForMs: number,
): string {
  const who = describeSession(other);
  const left = `${remedyFor(other)}; else it waits for up to ${renderElapsed(waitForMs)} (waitFor)`;
  switch (waiting) {
    case "begin":
      return `nothing can begin before ${who} is done, which has or wants a lock on ${relation}: ${left}`;
    case "build":
      return `the build will wait for ${who}, which has ${relation} open for writes: ${left}, and cleans up`;
    case "drop":
      return `${dropOf(dropped)} will wait for ${who}, which has ${relation} open: ${left}`;
    case "snapshots":
      return other.isHidden
        ? `the build may wait, at its end, for ${who}: whether it reads from an old snapshot is ` +
            `hidden from this role (pg_read_all_stats); if it does: ${left}`
        : `the build will wait, at its end, for ${who}, which reads from an old snapshot: ${left}`;
  }
}

function dropOf(names: readonly string[]): string {
  if (names.length === 0) return "the lock on the table";
  const [first, ...more] = names;
  return `the drop of ${first}${more.length > 0 ? ` and ${more.length} more` : ""}`;
}
