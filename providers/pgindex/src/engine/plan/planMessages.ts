import type { LiveIndex } from "../catalog/liveIndex";
import { type Difference, renderDifferences } from "../compare/differences";
import type { Ownership } from "../compare/ownership";
import { type DesiredIndex, subject } from "../declare/desiredIndex";
import { type OwnershipMark, resourceName, stackName } from "../declare/ownershipMark";
import type { Advice } from "../errors/advice";
import type { HazardCode } from "../hazards/hazardKinds";
import { ident, qualified } from "../text/sql";
import type { StandingIndex } from "./alterSteps";
import { rootOf } from "./partitions/partMessages";

export function nameTakenAdvice(desired: DesiredIndex, relationKind: string): Advice {
  return {
    what: `cannot build ${subject(desired)}: a ${relationKind} has that name`,
    why: "indexes share a namespace with the schema's tables, views and sequences",
    fix: "give the index another name",
    code: "name-taken" satisfies HazardCode,
  };
}

export function otherTableAdvice(desired: DesiredIndex, live: LiveIndex): Advice {
  return {
    what:
      `cannot build ${subject(desired)}: ` +
      `table ${live.schema}.${live.table} has an index with that name`,
    why: "an index name is unique in its schema, and somebody may need that index",
    fix:
      "give the index another name: Pulumi then builds it first " +
      "and deletes the one it replaces afterwards",
    otherwise:
      "if it belongs to this program and must move here with its name: remove it from the " +
      "program, run pulumi up, then declare it here (deleteBeforeReplace comes too late: this is " +
      "refused before Pulumi deletes anything). If nobody needs it: " +
      `DROP INDEX CONCURRENTLY ${qualified(live.schema, live.name)};`,
    code: "name-taken" satisfies HazardCode,
  };
}

export function differentAdvice(
  desired: DesiredIndex,
  { live, differences }: StandingIndex,
  whose: Ownership,
): Advice {
  const how = renderDifferences(differences);
  if (whose === "own") return createdTwiceAdvice(desired, how);
  if (live.mark && whose === "sibling") return otherEntryAdvice(desired, live.mark, how);
  const owner = live.mark ? `; its owner is ${live.mark.label}` : "";
  return {
    ...existsDifferent(desired),
    why: `it is valid, so queries may rely on it${owner}; ${how}`,
    fix:
      "declare what exists, or declare the new definition under another name " +
      "and remove this one once the new one is valid",
    otherwise:
      "if nobody needs it: " +
      `DROP INDEX CONCURRENTLY ${qualified(desired.schema, desired.name)}; then run pulumi up`,
  };
}

const existsDifferent = (desired: DesiredIndex) => ({
  what: `refused: ${subject(desired)} exists with another definition`,
  code: "name-taken" satisfies HazardCode,
});

/** A create of an index that the resource already has. */
function createdTwiceAdvice(desired: DesiredIndex, how: string): Advice {
  return {
    ...existsDifferent(desired),
    why:
      "this resource has built or adopted it, and Pulumi asks to create it once more: by " +
      `replaceOnChanges or --replace, or its state is lost; ${how}`,
    fix:
      "leave out replaceOnChanges and --replace: the new definition is then built beside the old " +
      "one, which serves queries until then, and takes its name",
    otherwise:
      "if its state is lost: declare what exists and run pulumi up, which adopts it; then declare " +
      "the new definition",
  };
}

/** Most likely the resource under its former name. */
function otherEntryAdvice(desired: DesiredIndex, mark: OwnershipMark, how: string): Advice {
  return {
    ...existsDifferent(desired),
    why: `another resource of this stack has it, ${mark.label}; ${how}`,
    fix:
      `if this is that resource under a new name: aliases: [{ name: "${resourceName(mark)}" }], ` +
      "with which its index changes in place; or change name and definition in one pulumi up each",
    otherwise: "if it is another: give this index another name",
  };
}

/** Another stack has marked the index. */
export function foreignOwnerAdvice(desired: DesiredIndex, mark: OwnershipMark): Advice {
  const stack = stackName(mark);
  return {
    what: `refused: ${subject(desired)} belongs to another stack: ${mark.label}`,
    why:
      "an index has one owner: with two, each could drop or change what the other relies on, " +
      "and neither would see it",
    fix:
      "leave it to that stack, or give this index another name; to take it over: " +
      `takeOverFrom: "${stack}", then remove it there with pulumi state delete`,
    otherwise: `if that stack is gone: takeOverFrom: "${stack}" is all`,
  };
}

/** Another resource of the stack has marked the index since. */
export function siblingAdvice(desired: DesiredIndex, mark: OwnershipMark): Advice {
  const stack = stackName(mark);
  return {
    what: `refused: ${subject(desired)} belongs to another resource of this stack: ${mark.label}`,
    why: "two resources for one index would undo each other, and this one never had it",
    fix:
      "declare it once; to exchange the names of two indexes, go by way of a third name, " +
      "one pulumi up after the other",
    otherwise: `if the other resource is gone from program and state: takeOverFrom: "${stack}"`,
  };
}

/** The index of a DEFERRABLE or EXCLUDE constraint, in the place of a plain one. */
export function ofConstraintAdvice(
  desired: DesiredIndex,
  live: LiveIndex,
  differences: readonly Difference[],
): Advice {
  const isExclusion = differences.some(({ field }) => field === "exclusion");
  const kind = isExclusion ? "an EXCLUDE or WITHOUT OVERLAPS" : "a DEFERRABLE";
  const rule = isExclusion
    ? "it rejects rows that the declared index accepts"
    : "it accepts a duplicate until its rows are checked, and ON CONFLICT cannot use it";
  const table = qualified(live.schema, live.table);
  return {
    what: `refused: ${subject(desired)} exists as the index of ${kind} constraint`,
    why: `${rule}, so it is not the declared index; ${renderDifferences(differences)}`,
    fix: "declare the index under another name",
    otherwise:
      "if nobody needs the constraint: " +
      `ALTER TABLE ${table} DROP CONSTRAINT ${ident(live.constraint ?? live.name)}; ` +
      "then run pulumi up",
  };
}

export function backsConstraintAdvice(desired: DesiredIndex, live: LiveIndex): Advice {
  return {
    what: `refused: ${subject(desired)} backs the constraint ${live.constraint}`,
    why: live.isReferenced
      ? "a foreign key references it, so the constraint cannot be dropped and recreated"
      : "replacing a constraint's index replaces the constraint, " +
        "and the declaration has no constraint",
    fix: "declare the definition that the constraint needs",
    otherwise:
      "build the new index under another name, then move the constraint to it in a migration",
  };
}

/** A foreign key can reference a unique index that backs no constraint. */
export function referencedIndexAdvice(desired: DesiredIndex): Advice {
  return {
    what: `refused: a foreign key references ${subject(desired)}`,
    why: "PostgreSQL does not drop an index that a foreign key depends on",
    fix: "declare the definition that the foreign key needs",
    otherwise:
      "build the new index under another name, then recreate the foreign key in a migration",
  };
}

export function refusedLeftoverAdvice(desired: DesiredIndex, live: LiveIndex): Advice {
  return {
    what: `refused: ${subject(desired)} exists and is INVALID`,
    why: leftoverReason(live),
    fix: `run: REINDEX INDEX CONCURRENTLY ${qualified(live.schema, live.name)};`,
    otherwise: live.constraint || live.partOf ? undefined : 'set invalidLeftover: "rebuild"',
  };
}

function leftoverReason(live: LiveIndex): string {
  if (live.constraint)
    return `it backs the constraint ${live.constraint}, which would be dropped with it`;
  if (live.partOf)
    return `it is a part of the partitioned index ${rootOf(live)}, and is dropped only with that`;
  return 'invalidLeftover is "refuse": an INVALID index slows every write and serves no read';
}

export function foreignLeftoverAdvice(
  desired: DesiredIndex,
  differences: readonly Difference[],
): Advice {
  return {
    what: `refused: ${subject(desired)} exists, is INVALID, and has another definition`,
    why:
      `this program would have built something else (${renderDifferences(differences)}), ` +
      "so somebody may need it",
    fix: 'set invalidLeftover: "rebuildAny" to drop it and build the declared index',
    otherwise: `run: DROP INDEX CONCURRENTLY ${qualified(desired.schema, desired.name)};`,
  };
}
