import type { LiveIndex } from "../catalog/liveIndex";
import { isAlterable, isAlterableOnPartitions, type Verdict } from "../compare/differences";
import type { DesiredIndex } from "../declare/desiredIndex";
import { INDEX_FIELDS } from "../declare/indexFields";
import type { Advice } from "../errors/advice";
import type { Situation } from "../situation/situation";
import { canAlter } from "./alterSteps";
import { drop, dropAny } from "./buildSteps";
import {
  dropAllStrays,
  dropDetached,
  dropNext,
  dropRetired,
  dropUnused,
  finishIndex,
  makeIndex,
} from "./companionSteps";
import { othersPartAdvice } from "./partitions/partMessages";
import {
  differentAdvice,
  foreignLeftoverAdvice,
  foreignOwnerAdvice,
  nameTakenAdvice,
  otherTableAdvice,
  refusedLeftoverAdvice,
  siblingAdvice,
} from "./planMessages";
import { type Plan, refused, steps } from "./planResult";
import { adoptOrRebuild, alterAndRebuild } from "./rebuildSteps";
import { planDifferent, planMisplaced } from "./replacementPlan";
import type { Step } from "./step";
import { renameBuilt } from "./swapSteps";

/**
 * Plans every step up to the end, or refuses. Pure: the same plan is previewed, printed and
 * executed.
 */
export function plan(situation: Situation, desired: DesiredIndex): Plan {
  const { othersPart } = situation;
  if (othersPart) return refused(othersPartAdvice(desired, othersPart));
  const decided = planVerdict(situation, desired);
  if (decided.kind === "refused") return decided;
  const leftovers = situation.leftovers.map((live) =>
    dropAny(live, "an interrupted REINDEX CONCURRENTLY or drop left it"),
  );
  const before = [...dropRetired(situation), ...dropDetached(situation), ...leftovers];
  return steps(...before, ...decided.steps, ...dropUnused(situation, decided.steps));
}

function planVerdict(situation: Situation, desired: DesiredIndex): Plan {
  const { verdict } = situation;
  const owned = "live" in verdict && verdict.kind !== "otherTable" && verdict.kind !== "dropping";
  const advice = owned ? ownerRefusal(situation, desired, verdict.live) : undefined;
  if (advice) return refused(advice);
  switch (verdict.kind) {
    case "absent":
      return situation.misplaced
        ? planMisplaced(situation, situation.misplaced, desired)
        : steps(...planAbsent(situation, desired));
    case "same":
      return steps(
        ...dropAllStrays(situation),
        ...adoptOrRebuild(situation, desired, verdict.live),
      );
    case "otherRelation":
      return refused(nameTakenAdvice(desired, verdict.relationKind));
    case "otherTable":
      return refused(otherTableAdvice(desired, verdict.live));
    case "alterable":
      return planAlterable(situation, verdict, desired);
    case "different":
      return planDifferent(situation, verdict, desired);
    case "dropping":
      return steps(
        drop(verdict.live, "an interrupted DROP INDEX CONCURRENTLY has already disabled it"),
        ...makeIndex(situation, desired, desired.name, "its drop is finished first"),
      );
    case "invalid":
      return verdict.live.isPartitioned
        ? planUnfinished(situation, verdict, desired)
        : planInvalid(situation, verdict, desired);
  }
}

/**
 * Refuses an index that another resource owns. A create may take over from its own stack: it may be
 * the same resource under its new name, and the old entry's delete then keeps the index.
 */
function ownerRefusal(
  { whose, isUpdate }: Situation,
  desired: DesiredIndex,
  live: LiveIndex,
): Advice | undefined {
  if (!live.mark) return undefined;
  if (whose === "foreign") return foreignOwnerAdvice(desired, live.mark);
  return whose === "sibling" && isUpdate ? siblingAdvice(desired, live.mark) : undefined;
}

/** The name is free, so the index is built. */
function planAbsent(situation: Situation, desired: DesiredIndex): Step[] {
  const { next } = situation;
  const { name } = desired;
  if (next?.isDeclared) return renameBuilt(next.live, desired);
  return [...dropNext(situation), ...makeIndex(situation, desired, name, "it does not exist")];
}

type Differing = Extract<Verdict, { kind: "different" | "alterable" | "invalid" }>;

/**
 * Storage parameters of an index that is not ours yet may be somebody's choice, so create refuses
 * to change them. A declared comment or statistics target is only an addition.
 */
function planAlterable(situation: Situation, verdict: Differing, desired: DesiredIndex): Plan {
  const takesAway = verdict.differences.some(({ field }) => INDEX_FIELDS[field].isChoice);
  if (!situation.isOurs && takesAway)
    return refused(differentAdvice(desired, verdict, situation.whose));
  if (takesAway && !canAlter(situation, verdict)) return planDifferent(situation, verdict, desired);
  return steps(...alterAndRebuild(situation, desired, verdict));
}

/**
 * A partitioned index becomes valid with its last partition, so an unfinished one is completed, not
 * dropped.
 */
function planUnfinished(situation: Situation, verdict: Differing, desired: DesiredIndex): Plan {
  if (isAlterableOnPartitions(verdict.differences)) {
    return steps(...finishIndex(situation, desired, verdict.live, desired.name));
  }
  return planDifferent(situation, verdict, desired);
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
