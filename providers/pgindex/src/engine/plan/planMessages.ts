import type { LiveIndex } from "../catalog/liveIndex";
import { type Difference, renderDifferences } from "../compare/differences";
import { type DesiredIndex, subject } from "../declare/desiredIndex";
import type { Advice } from "../errors/advice";
import { qualified } from "../text/sql";

export function nameTakenAdvice(desired: DesiredIndex, relationKind: string): Advice {
  return {
    what: `cannot build ${subject(desired)}: a ${relationKind} has that name`,
    why: "indexes share their namespace with tables, views and sequences of the schema",
    fix: "give the index another name",
  };
}

export function otherTableAdvice(desired: DesiredIndex, live: LiveIndex): Advice {
  return {
    what: `cannot build ${subject(desired)}: an index of that name stands on table ${live.schema}.${live.table}`,
    why: "an index name is unique in its schema, and that index may serve somebody",
    fix: "give the index another name: it is then built first, and the one that it replaces is deleted after it",
    otherwise: `if it is this program's own and is to move here with its name: remove it from the program, run pulumi up, then declare it here (deleteBeforeReplace comes too late: this is refused before Pulumi deletes anything). If nobody needs it: DROP INDEX CONCURRENTLY ${qualified(live.schema, live.name)};`,
  };
}

export function differentAdvice(desired: DesiredIndex, differences: readonly Difference[]): Advice {
  return {
    what: `refused: ${subject(desired)} exists with another definition`,
    why: `it is valid, so queries may rely on it; ${renderDifferences(differences)}`,
    fix: "declare what exists, or declare the new definition under another name and remove this one once the new one is valid",
    otherwise: `if nobody needs it: DROP INDEX CONCURRENTLY ${qualified(desired.schema, desired.name)}; then run pulumi up`,
  };
}

export function backsConstraintAdvice(desired: DesiredIndex, live: LiveIndex): Advice {
  return {
    what: `refused: ${subject(desired)} backs the constraint ${live.constraint}`,
    why: live.isReferenced
      ? "a foreign key refers to it, so the constraint cannot be dropped and made anew"
      : "an index of a constraint cannot be replaced without the constraint, of which the declaration says nothing",
    fix: "declare the definition that the constraint needs",
    otherwise:
      "build the new index under another name, then move the constraint to it in a migration",
  };
}

/** A foreign key may refer to a unique index that backs no constraint. */
export function referencedIndexAdvice(desired: DesiredIndex): Advice {
  return {
    what: `refused: a foreign key refers to ${subject(desired)}`,
    why: "PostgreSQL drops no index that a foreign key depends on, so the old one could never go",
    fix: "declare the definition that the foreign key needs",
    otherwise:
      "build the new index under another name, then make the foreign key anew in a migration",
  };
}

export function refusedLeftoverAdvice(desired: DesiredIndex, live: LiveIndex): Advice {
  return {
    what: `refused: ${subject(desired)} exists and is INVALID`,
    why: live.constraint
      ? `it backs the constraint ${live.constraint}, which a drop would take along`
      : 'invalidLeftover is "refuse": an INVALID index costs every write and serves no read',
    fix: `run: REINDEX INDEX CONCURRENTLY ${qualified(live.schema, live.name)};`,
    otherwise: live.constraint ? undefined : 'set invalidLeftover: "rebuild"',
  };
}

export function foreignLeftoverAdvice(
  desired: DesiredIndex,
  differences: readonly Difference[],
): Advice {
  return {
    what: `refused: ${subject(desired)} exists, is INVALID, and has another definition`,
    why: `it is not what this program would have built (${renderDifferences(differences)}), so somebody else may want it`,
    fix: 'set invalidLeftover: "rebuildAny" to have it dropped and the declared index built',
    otherwise: `run: DROP INDEX CONCURRENTLY ${qualified(desired.schema, desired.name)};`,
  };
}
