import type { LiveIndex } from "../catalog/liveIndex";
import { isAlterable, isOfConstraint } from "../compare/differences";
import type { DesiredIndex } from "../declare/desiredIndex";
import { companionName } from "../declare/names";
import type { Advice } from "../errors/advice";
import type { Situation } from "../situation/situation";
import { canAlter, type StandingIndex } from "./alterSteps";
import { dropAny } from "./buildSteps";
import { dropNext, finishIndex, isStuck, makeIndex } from "./companionSteps";
import { constraintSteps } from "./constraintSteps";
import { partAdvice } from "./partitions/partMessages";
import {
  backsConstraintAdvice,
  differentAdvice,
  ofConstraintAdvice,
  referencedIndexAdvice,
} from "./planMessages";
import { type Plan, refused, steps } from "./planResult";
import { alterAndRebuild } from "./rebuildSteps";
import { rename, renameBuilt, swap, swapBelowConstraint, takeRoles } from "./swapSteps";

const WHY_BUILT = "the definition has changed; the old index serves queries until then";

/**
 * Our index has another name. If it is as declared otherwise, it is renamed; else the new one is
 * built under the new name, which so never has the old definition.
 */
export function planMisplaced(
  situation: Situation,
  { live, differences }: NonNullable<Situation["misplaced"]>,
  desired: DesiredIndex,
): Plan {
  const renamed = rename(live, desired.name, "it has another name");
  const begin = dropNext(situation);
  if (isAlterable(differences) && canAlter(situation, { live, differences })) {
    const altered = alterAndRebuild(situation, desired, { live, differences });
    return steps(...begin, renamed, ...altered);
  }
  const advice = replaceRefusal(live, desired);
  if (advice) return refused(advice);
  const { next } = situation;
  if (live.constraint !== undefined) {
    const name = companionName(desired.name, "next");
    const build = next?.isDeclared ? [] : makeIndex(situation, desired, name, WHY_BUILT);
    const obsolete = next?.isDeclared ? [] : begin;
    const made = next?.isDeclared ? next.live : undefined;
    return steps(...obsolete, ...build, swapBelowConstraint(desired, live, made));
  }
  const made = next?.isDeclared
    ? renameBuilt(next.live, desired)
    : [...begin, ...makeIndex(situation, desired, desired.name, WHY_BUILT)];
  const replaced = "the new index, which has the new name, has replaced it";
  return steps(...made, ...takeRoles(desired, live), dropAny(live, replaced));
}

/**
 * Builds the new index under a temporary name, swaps the names, and drops the old one. The declared
 * name always refers to a valid index.
 */
export function planDifferent(
  situation: Situation,
  standing: StandingIndex,
  desired: DesiredIndex,
): Plan {
  const { live, differences } = standing;
  if (isOfConstraint(differences)) return refused(ofConstraintAdvice(desired, live, differences));
  if (!situation.isOurs) return refused(differentAdvice(desired, standing, situation.whose));
  const advice = replaceRefusal(live, desired);
  if (advice) return refused(advice);
  const keepsConstraint = live.constraint !== undefined;
  const { next } = situation;
  const name = companionName(desired.name, "next");
  const build = next?.isUnfinished
    ? finishIndex(situation, desired, next.live, name)
    : [...dropNext(situation), ...makeIndex(situation, desired, name, WHY_BUILT)];
  const retired = { ...live, name: companionName(desired.name, "retired") };
  const begin = next?.isDeclared ? [] : build;
  const isKept = next?.isDeclared || (next?.isUnfinished && !isStuck(situation));
  const made = isKept ? next?.live : undefined;
  if (keepsConstraint) return steps(...begin, swapBelowConstraint(desired, live, made));
  return steps(
    ...begin,
    swap(desired, live, made),
    ...constraintSteps(desired),
    dropAny(retired, "the new index has replaced it"),
  );
}

/** Only a declared constraint that no foreign key references can be recreated. */
function replaceRefusal(live: LiveIndex, desired: DesiredIndex): Advice | undefined {
  if (live.partOf) return partAdvice(desired, live);
  if (live.constraint === undefined)
    return live.isReferenced ? referencedIndexAdvice(desired) : undefined;
  const isOfTheIndex = live.constraint === live.name;
  const isDeclared = desired.constraint !== undefined && isOfTheIndex && !live.isReferenced;
  return isDeclared ? undefined : backsConstraintAdvice(desired, live);
}
