import type { LiveTable } from "../catalog/liveIndex";
import { conflictingSessions, describeSession } from "../catalog/otherSessions";
import type { DesiredIndex } from "../declare/desiredIndex";
import { PgIndexError } from "../errors/advice";
import { plan } from "../plan/plan";
import type { Step } from "../plan/step";
import type { SessionTarget } from "../session/database";
import { withObserver } from "../session/workspace";
import { declaredForm } from "../situation/declaredForm";
import { requirePrivileges } from "../situation/prerequisites";
import { readSituation } from "../situation/readSituation";
import { type PreviousIndex, requireTable, type Scope } from "../situation/scope";
import { isSettled } from "../situation/situation";
import { renderBytes } from "../text/render";
import { estimateSize, walWarnings } from "./diskSpace";

/**
 * Checks a declaration against the live server without changing anything, by the same look and the
 * same plan that a build uses. Returns what would be done, one line a step; throws {@link
 * PgIndexError} when it would be refused.
 */
export async function previewIndex(
  database: SessionTarget,
  desired: DesiredIndex,
  previous?: PreviousIndex,
): Promise<string[]> {
  const options = { purpose: `preview ${desired.name}`, writable: true, builds: true };
  return withObserver(database, options, async (observer) => {
    const table = await requireTable(observer, desired);
    const declared = await declaredForm(observer, desired);
    const scope = { observer, desired, table, previous };
    const situation = await readSituation(scope, declared);
    if (!isSettled(situation)) await requirePrivileges(observer, desired, table);
    const builders =
      situation.verdict.kind === "invalid"
        ? await conflictingSessions(observer, table.oid, observer.pid)
        : [];
    if (builders.length > 0) {
      return [`waits for ${builders.map(describeSession).join("; ")}, then looks again`];
    }
    const decided = plan(situation, desired, previous ? "update" : "create");
    if (decided.kind === "refused") throw new PgIndexError(decided.advice);
    const { steps } = decided;
    const builds = steps.some(({ kind }) => kind === "build" || kind === "reindex");
    return [
      `${desired.schema}.${desired.table} ${sizeOf(table)}`,
      ...abridge(steps.map(describe)),
      ...(builds ? await spaceLines(scope) : []),
    ];
  });
}

/** An index of this size fits everywhere. */
const SMALL_BYTES = 10 * 1024 * 1024;

async function spaceLines({ observer, desired, table }: Scope): Promise<string[]> {
  const bytes = (await estimateSize(observer, desired, table)) ?? 0;
  const warnings = await walWarnings(observer);
  if (bytes < SMALL_BYTES) return warnings;
  return [`needs about ${renderBytes(bytes)}, and as much again while it sorts`, ...warnings];
}

/** A table of a thousand partitions is not shown step by step. */
const SHOWN_STEPS = 12;

function abridge(lines: readonly string[]): string[] {
  if (lines.length <= SHOWN_STEPS) return [...lines];
  return [
    ...lines.slice(0, SHOWN_STEPS),
    `… and ${lines.length - SHOWN_STEPS} steps more of the same kind`,
  ];
}

/**
 * The statement of a first build stands in the preview as the input `statement`; all others are
 * told here.
 */
function describe(step: Step): string {
  switch (step.kind) {
    case "adopt":
      return `builds nothing: ${step.why}`;
    case "build":
      return `builds the index: ${step.why}; ${step.sql}; locks ${step.locks}`;
    case "alter":
      return `${step.sqls.join("; ")}: ${step.why}${step.warning ? ` (${step.warning})` : ""}`;
    default:
      return `${step.sql}: ${step.why}`;
  }
}

function sizeOf(table: LiveTable): string {
  if (table.rows < 0) return "has never been analyzed";
  return `has ${Math.round(table.rows).toLocaleString("en-US")} rows, ${renderBytes(table.sizeBytes)}`;
}
