import { describeSession, workersOn } from "./activity";
import { declaredForm, look, requirePrivileges, requireTable } from "./look";
import type { DesiredIndex, LiveTable } from "./model";
import { plan, type Step } from "./plan";
import { PgIndexError } from "./problems";
import { renderBytes } from "./render";
import type { Target } from "./target";
import { withObserver } from "./workspace";

/**
 * Checks a declaration against the live server without changing anything, by the same look and the same plan that a build uses. Returns what
 * would be done, one line a step; throws {@link PgIndexError} when it would be refused.
 */
export async function previewIndex(target: Target, desired: DesiredIndex): Promise<string[]> {
  const options = { purpose: `preview ${desired.name}`, writable: true };
  return withObserver(target, options, async (observer) => {
    const table = await requireTable(observer, desired);
    const verdict = await look(observer, desired, await declaredForm(observer, desired));
    if (verdict.kind !== "same") await requirePrivileges(observer, desired, table);
    const builders =
      verdict.kind === "invalid" ? await workersOn(observer, table.oid, observer.pid) : [];
    if (builders.length > 0) {
      return [`waits for ${builders.map(describeSession).join("; ")}, then looks again`];
    }
    const decided = plan(verdict, desired);
    if (decided.kind === "refused") throw new PgIndexError(decided.advice);
    return decided.steps.map(
      (step) => `${desired.schema}.${desired.table} (${sizeOf(table)}): ${describe(step)}`,
    );
  });
}

/** The statement of the build stands in the preview as the input `statement`; those of other steps are told here. */
function describe(step: Step): string {
  switch (step.kind) {
    case "adopt":
      return `adopts the index, builds nothing: ${step.why}`;
    case "build":
      return `builds the index, ${step.why}; locks ${step.locks}`;
    default:
      return `${step.sql}: ${step.why}`;
  }
}

function sizeOf(table: LiveTable): string {
  if (table.rows < 0) return "never analyzed";
  return `${Math.round(table.rows).toLocaleString("en-US")} rows, ${renderBytes(table.sizeBytes)}`;
}
