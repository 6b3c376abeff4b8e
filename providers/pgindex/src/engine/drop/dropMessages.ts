import type { LiveIndex } from "../catalog/liveIndex";
import { ownerCause } from "../catalog/privilegeMessages";
import type { BuildPrivileges } from "../catalog/privileges";
import { type Difference, renderDifferences } from "../compare/differences";
import type { IndexIdentity } from "../compare/identity";
import type { Advice } from "../errors/advice";
import { harmlessHints, sqlState, withDetail } from "../errors/sqlstate";
import type { HazardCode } from "../hazards/hazardKinds";
import type { OutOfPatience } from "../operation/patience";
import { outOfPatienceAdvice } from "../operation/patienceMessages";
import { type DatabaseIdentity, databaseLabel } from "../session/databaseIdentity";
import { displayName, renderBytes } from "../text/render";
import type { IndexUsage, ReplicaUsage } from "../verify/usage";

/** All messages about dropping an index. */

const UNCHANGED = "the index is unchanged";
const HALF_DROPPED =
  "it is half dropped: queries have lost the index, and writes may still maintain it; " +
  "pulumi up rebuilds it if it is still declared";

export const FORGET = "to forget it without dropping: pulumi state delete <its URN>";

export function notOursAdvice(live: LiveIndex, reason: string): Advice {
  return {
    what: `refused to drop index ${displayName(live)}`,
    why: `the index that now has that name is not the one this stack built: ${reason}`,
    fix: "run pulumi refresh to see what exists",
    otherwise: FORGET,
  };
}

export function differsReason(differences: readonly Difference[]): string {
  return renderDifferences(differences).replaceAll("declared", "built");
}

/** It would fail with 2BP01, in this run and in every other. */
export function partAdvice(live: LiveIndex, root: NonNullable<LiveIndex["partOf"]>): Advice {
  return {
    what: `refused to drop index ${displayName(live)}`,
    why:
      `it is a part of the partitioned index ${displayName(root)} on ${root.schema}.${root.table}` +
      ", and PostgreSQL drops it only together with that",
    fix: "remove the partitioned index too, and make it depend on this one: it is then dropped first",
    otherwise: FORGET,
  };
}

export function notOwnerAdvice(live: LiveIndex, has: BuildPrivileges): Advice {
  return {
    what: `cannot drop index ${displayName(live)} as role ${has.role}`,
    ...ownerCause("drop its indexes", has),
  };
}

/** Advice that alone would hide that a drop had begun. */
export function halfDroppedAdvice(advice: Advice): Advice {
  return {
    ...advice,
    why: `${advice.why}; the drop had begun, and cannot be undone: ${HALF_DROPPED}`,
    otherwise: advice.otherwise ?? "run the same command again: it finishes the drop",
  };
}

/** dependent_objects_still_exist: running it again would never help. */
const DEPENDENT_OBJECTS = "2BP01";

/** Advice after a drop failed permanently. */
export function dropFailedAdvice(name: string, error: unknown, halfDropped: boolean): Advice {
  const state = sqlState(error) ?? "none";
  const left = halfDropped ? HALF_DROPPED : UNCHANGED;
  return {
    what: `the drop of index ${name} did not finish: ${withDetail(error)}`,
    why: [`SQLSTATE ${state}`, ...harmlessHints(error), left].join("; "),
    fix:
      state === DEPENDENT_OBJECTS
        ? "drop first what the message names; then run it again"
        : "run the same command again: it finishes the drop",
    otherwise: halfDropped
      ? "to keep it, run REINDEX INDEX CONCURRENTLY, which restores it"
      : undefined,
  };
}

/** Advice after a drop ran out of patience. */
export function dropOutOfPatienceAdvice(
  name: string,
  error: OutOfPatience,
  halfDropped: boolean,
): Advice {
  const left = halfDropped ? HALF_DROPPED : UNCHANGED;
  return outOfPatienceAdvice(`the drop of index ${name}`, error, left);
}

/** Which database it is, and which one the state has. */
export function otherDatabaseText(recorded: DatabaseIdentity, here: DatabaseIdentity): string {
  return (
    `the database is ${databaseLabel(here)}, and the state was recorded on ` +
    databaseLabel(recorded)
  );
}

/** Advice when the session is in another database than the state. */
export function otherDatabaseAdvice(
  index: { readonly schema: string; readonly name: string },
  recorded: DatabaseIdentity,
  here: DatabaseIdentity,
): Advice {
  const label = databaseLabel(here);
  return {
    what:
      `refused to drop index ${displayName(index)} in the database ${label}: ` +
      `the state was recorded on ${databaseLabel(recorded)}`,
    why: "an index of the same name here is another one, and the stack's own would stay there",
    fix: "connect to the database of the state and run the command again",
    otherwise:
      "if it is the same one, restored or upgraded: run pulumi up first, which records it; " +
      `or set pgindex:acceptDatabase to "${label}"`,
    code: "other-database" satisfies HazardCode,
  };
}

/** Scans that are none of ours. */
export function trafficScans({ scans = 0, measuredScans }: Partial<IndexUsage> = {}): number {
  return Math.max(0, scans - (measuredScans ?? 0));
}

/** What a destroy says of an index right before it drops it. That it is used it has said before. */
export function droppingText(live: LiveIndex, usage: IndexUsage | undefined): string {
  const what = trafficScans(usage) > 0 ? renderBytes(live.sizeBytes) : whatGoes(live, usage);
  return `dropping ${displayName(live)}: ${what}; ${live.definition}`;
}

/** What of an index is used, and since when that is counted. */
export function usedText(
  live: LiveIndex,
  usage: IndexUsage | undefined,
  replicas: readonly ReplicaUsage[],
): string {
  const last = usage?.lastScan ? `, the last at ${usage.lastScan}` : "";
  const others = replicas.map(
    ({ name, scans }) => `, ${scans ?? "unknown"} on the replica ${name}`,
  );
  return `queries use ${displayName(live)}: ${scansOf(usage)}${last}${others.join("")}`;
}

/** What would go with a destroy. */
export function destroyText(
  live: LiveIndex,
  usage: IndexUsage | undefined,
  { origin, adopted }: Pick<IndexIdentity, "origin" | "adopted">,
): string {
  const by = live.mark?.origin ?? origin ?? (adopted ? "adopted" : "built");
  const builder = by === "built" ? "built by the stack" : "it stood before the stack declared it";
  const constraint = live.constraint ? `, with the constraint ${live.constraint}` : "";
  return `${whatGoes(live, usage)}; ${builder}${constraint}; ${live.definition}`;
}

/** What goes along. */
export function partsText(more: readonly LiveIndex[]): string {
  return more.length === 0 ? "" : `; and its leftovers ${more.map(displayName).join(", ")}`;
}

function whatGoes(live: LiveIndex, usage: IndexUsage | undefined): string {
  return `${renderBytes(live.sizeBytes)}, ${scansOf(usage)}`;
}

function scansOf({ scans = 0, countersSince = null }: Partial<IndexUsage> = {}): string {
  const since = countersSince === null ? "the counters began" : countersSince;
  return `${scans.toLocaleString("en-US")} scans since ${since}`;
}
