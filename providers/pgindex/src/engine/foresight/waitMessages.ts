import type { OtherSession } from "../catalog/sessions/otherSessions";
import { describeSession } from "../catalog/sessions/sessionDescription";
import { type Hazard, hazard } from "../hazards/hazard";
import type { HazardCode } from "../hazards/hazardKinds";
import { remedyFor } from "../operation/patienceMessages";
import { renderElapsed } from "../text/render";
import type { InTheWay } from "./inTheWay";

/**
 * An open transaction that the plan would have to wait for.
 *
 * @example
 * // the build will wait for pid 7 (app, psql, idle in transaction for 2 h 5 min), which has
 * //   public.users open for writes: end it: SELECT pg_terminate_backend(7); else it waits …
 */
export function waitHazard(
  { other, waiting, relation = other.relation ?? "" }: InTheWay & { readonly relation?: string },
  dropped: readonly string[],
  waitForMs: number,
): Hazard {
  const who = describeSession(other);
  const left = `${remedyFor(other)}; else it waits for up to ${renderElapsed(waitForMs)} (waitFor)`;
  const said = (message: string, fix = left) =>
    hazard(codeOf({ other, waiting }), { object: relation, message, cause: who, fix });
  switch (waiting) {
    case "begin":
      return said(
        `nothing can begin before ${who} is done, which has or wants a lock on ${relation}`,
      );
    case "build":
      return said(
        `the build will wait for ${who}, which has ${relation} open for writes`,
        `${left}, and cleans up`,
      );
    case "drop":
      return said(`${dropOf(dropped)} will wait for ${who}, which has ${relation} open`);
    case "snapshots":
      return other.isHidden
        ? said(
            `the build may wait, at its end, for ${who}: whether it reads from an old snapshot is ` +
              "hidden from this role (pg_read_all_stats)",
            `if it does: ${left}`,
          )
        : said(`the build will wait, at its end, for ${who}, which reads from an old snapshot`);
  }
}

export const WAIT_CODES = [
  "old-transaction",
  "prepared-transaction",
  "walsender-snapshot",
  "table-busy",
  "wraparound-vacuum",
] as const satisfies HazardCode[];

/** An autovacuum that is in the way is one that does not yield. */
function codeOf({ other, waiting }: InTheWay): (typeof WAIT_CODES)[number] {
  if (other.pid === 0) return "prepared-transaction";
  if (other.backendType === "walsender") return "walsender-snapshot";
  if (other.backendType === "autovacuum worker") return "wraparound-vacuum";
  return waiting === "begin" ? "table-busy" : "old-transaction";
}

/** Somebody builds the declared index already. */
export function builtElsewhere(object: string, builders: readonly OtherSession[]): Hazard {
  const who = builders.map(describeSession).join("; ");
  return hazard("table-busy", {
    object,
    cause: who,
    message: `somebody builds it already: ${who}`,
    fix: "it waits for that, then checks again",
  });
}

function dropOf(names: readonly string[]): string {
  if (names.length === 0) return "the lock on the table";
  const [first, ...more] = names;
  return `the drop of ${first}${more.length > 0 ? ` and ${more.length} more` : ""}`;
}
