import type { LiveIndex } from "../catalog/liveIndex";
import {
  isAlterable,
  isAlterableOnPartitions,
  isOfConstraint,
  type Verdict,
} from "../compare/differences";
import type { DesiredIndex } from "../declare/desiredIndex";
import { INDEX_FIELDS } from "../declare/indexFields";
import { companionName } from "../declare/names";
import type { Advice } from "../errors/advice";
import type { Situation } from "../situation/situation";
import { alterSteps, canAlter } from "./alterSteps";
import { drop } from "./buildSteps";
import {
  dropAllStrays,
  dropDetached,
  dropRetired,
  dropSuperseded,
  finishIndex,
  makeIndex,
} from "./companionSteps";
import { dropAny } from "./partitionSteps";
import {
  backsConstraintAdvice,
  differentAdvice,
  foreignLeftoverAdvice,
  nameTakenAdvice,
  ofConstraintAdvice,
  othersPartAdvice,
  otherTableAdvice,
  partAdvice,
  referencedIndexAdvice,
  refusedLeftoverAdvice,
} from "./planMessages";
import { adoptOrRebuild, rebuildSteps, unappliedOf } from "./rebuildSteps";
import type { Step } from "./step";
import { rename, swap, swapBelowConstraint } from "./swapSteps";

/** Whether the index is already in the resource's state: only then can it be replaced. */
export type Intent = "create" | "update";

export type Plan =
  | { readonly kind: "steps"; readonly steps: readonly Step[] }
  | { readonly kind: "refused"; readonly advice: Advice };

/** Plans the steps, or refuses. Pure: the same plan is previewed, printed and executed. */
export function plan(situation: Situation, desired: DesiredIndex, intent: Intent): Plan {
  const { othersPart } = situation;
  if (othersPart) return refused(othersPartAdvice(desired, othersPart));
  const decided = planVerdict(situation, desired, intent);
  if (decided.kind === "refused") return decided;
  const leftovers = situation.reindexLeftovers.map((live) =>
    drop(live, "an interrupted REINDEX CONCURRENTLY left it INVALID"),
  );
  const before = [...dropRetired(situation), ...dropDetached(situation), ...leftovers];
  return steps(...before, ...decided.steps);
}

function planVerdict(situation: Situation, desired: DesiredIndex, intent: Intent): Plan {
  const { verdict } = situation;
  switch (verdict.kind) {
    case "absent":
      return steps(...planAbsent(situation, desired));
    case "same":
      return steps(
        ...dropSuperseded(situation),
        ...dropAllStrays(situation),
        ...adoptOrRebuild(situation, desired),
      );
    case "otherRelation":
      return refused(nameTakenAdvice(desired, verdict.relationKind));
    case "otherTable":
      return refused(otherTableAdvice(desired, verdict.live));
    case "alterable":
      return planAlterable(situation, verdict, desired, intent);
    case "different":
      return planDifferent(situation, verdict, desired, intent);
    case "dropping":
      return steps(
        drop(verdict.live, "an interrupted DROP INDEX CONCURRENTLY has already disabled it"),
        ...makeIndex(situation, desired, desired.name, "its drop is finished first"),
      );
    case "invalid":
      return verdict.live.isPartitioned
        ? planUnfinished(situation, verdict, desired, intent)
        : planInvalid(situation, verdict, desired);
  }
}

/** The name is free: renames our index if it has another name, otherwise builds it. */
function planAbsent(situation: Situation, desired: DesiredIndex): Step[] {
  const { misplaced, next } = situation;
  const { schema, name } = desired;
  const leftover = next ? [dropAny(next.live, "an interrupted replacement has left it")] : [];
  if (misplaced) return [...leftover, rename(schema, misplaced.name, name, "it has another name")];
  if (next?.isDeclared) {
    return [
      rename(schema, next.live.name, name, "an interrupted run built it under a temporary name"),
    ];
  }
  return [...leftover, ...makeIndex(situation, desired, name, "it does not exist")];
}

type Differing = Extract<Verdict, { kind: "different" | "alterable" | "invalid" }>;

/**
 * Storage parameters of an index that is not ours yet may be somebody's choice, so create refuses
 * to change them. A declared comment or statistics target is only an addition.
 */
function planAlterable(
  situation: Situation,
  verdict: Differing,
  desired: DesiredIndex,
  intent: Intent,
): Plan {
  const takesAway = verdict.differences.some(({ field }) => INDEX_FIELDS[field].isChoice);
  if (intent === "create" && takesAway)
    return refused(differentAdvice(desired, verdict.differences));
  if (takesAway && !canAlter(situation, verdict))
    return planDifferent(situation, verdict, desired, intent);
  const altered = alterSteps(desired, verdict.differences);
  const isRebuilt = altered.some(({ kind }) => kind === "reindex");
  const rebuild = unappliedOf(verdict);
  return steps(
    ...dropSuperseded(situation),
    ...altered,
    ...(rebuild && !isRebuilt ? rebuildSteps(situation, desired, rebuild) : []),
  );
}

/**
 * A partitioned index becomes valid with its last partition, so an unfinished one is completed, not
 * dropped.
 */
function planUnfinished(
  situation: Situation,
  verdict: Differing,
  desired: DesiredIndex,
  intent: Intent,
): Plan {
  if (isAlterableOnPartitions(verdict.differences)) {
    return steps(...finishIndex(situation, desired, verdict.live));
  }
  return planDifferent(situation, verdict, desired, intent);
}

/**
 * Builds the new index under a temporary name, swaps the names, and drops the old one. The declared
 * name always refers to a valid index.
 */
function planDifferent(
  situation: Situation,
  verdict: Differing,
  desired: DesiredIndex,
  intent: Intent,
): Plan {
  const { live, differences } = verdict;
  if (isOfConstraint(differences)) return refused(ofConstraintAdvice(desired, live, differences));
  if (intent === "create") return refused(differentAdvice(desired, differences));
  if (live.partOf) return refused(partAdvice(desired, live));
  const keepsConstraint = live.constraint !== undefined;
  if (keepsConstraint && !mayReplaceBelow(live, desired))
    return refused(backsConstraintAdvice(desired, live));
  if (live.isReferenced && !keepsConstraint) return refused(referencedIndexAdvice(desired));
  const { next } = situation;
  const name = companionName(desired.name, "next");
  const build = makeIndex(
    situation,
    desired,
    name,
    "the definition has changed; the old index serves queries until then",
  );
  const obsolete =
    next && !next.isUnfinished
      ? [dropAny(next.live, "an interrupted replacement has left it")]
      : [];
  const retired = { ...live, name: companionName(desired.name, "retired") };
  const begin = next?.isDeclared ? [] : [...obsolete, ...build];
  if (keepsConstraint) return steps(...begin, swapBelowConstraint(desired, live));
  return steps(...begin, swap(desired, live), dropAny(retired, "the new index has replaced it"));
}

/** Only a declared constraint that no foreign key references can be recreated. */
function mayReplaceBelow(live: LiveIndex, desired: DesiredIndex): boolean {
  return desired.constraint !== undefined && live.constraint === desired.name && !live.isReferenced;
}

/** An INVALID index slows every write, serves no read and, if UNIQUE, still rejects rows. */
function planInvalid(situation: Situation, verdict: Differing, desired: DesiredIndex): Plan {
  const { live, differences } = verdict;
  if (live.constraint || live.partOf || desired.policy.invalidLeftover === "refuse")
    return refused(refusedLeftoverAdvice(desired, live));
  if (!isAlterable(differences) && desired.policy.invalidLeftover !== "rebuildAny") {
    return refused(foreignLeftoverAdvice(desired, differences));
  }
  return steps(
    drop(live, "an interrupted build left it INVALID, and nobody is building it"),
    ...makeIndex(situation, desired, desired.name, "the INVALID leftover is dropped first"),
  );
}

function steps(...list: readonly Step[]): Plan & { kind: "steps" } {
  return { kind: "steps", steps: list };
}

function refused(advice: Advice): Plan {
  return { kind: "refused", advice };
}
