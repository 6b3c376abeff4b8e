import { isAlterable, type Verdict } from "./compare";
import {
  backsConstraintAdvice,
  differentAdvice,
  foreignLeftoverAdvice,
  nameTakenAdvice,
  otherTableAdvice,
  refusedLeftoverAdvice,
} from "./messages";
import type { DesiredIndex, LiveIndex } from "./model";
import { companionName } from "./names";
import type { Advice } from "./problems";
import { alterSteps, buildSteps, drop, rename, type Step, swap } from "./steps";

/** Everything that a decision rests on. */
export interface Situation {
  /** What stands under the declared name. */
  readonly verdict: Verdict;
  /** The index that this resource had so far, where it stands under another name now. */
  readonly misplaced?: LiveIndex;
  /** A replacement that an interrupted run has built, or begun to. */
  readonly next?: { readonly live: LiveIndex; readonly isDeclared: boolean };
  /** What an interrupted run has swapped out and not dropped yet. */
  readonly retired?: LiveIndex;
  /** INVALID indexes that an interrupted REINDEX CONCURRENTLY has left. */
  readonly reindexLeftovers: readonly LiveIndex[];
  /** `server_version_num` */
  readonly serverVersion: number;
}

/** Whether the resource has this index in its state already: only then a different one may be replaced. */
export type Intent = "create" | "update";

export type Plan =
  | { readonly kind: "steps"; readonly steps: readonly Step[] }
  | { readonly kind: "refused"; readonly advice: Advice };

/** Decides what to do. Pure: the same plan is previewed, printed and executed. */
export function plan(situation: Situation, desired: DesiredIndex, intent: Intent): Plan {
  const decided = planVerdict(situation, desired, intent);
  if (decided.kind === "refused") return decided;
  const leftovers = situation.reindexLeftovers.map((live) =>
    drop(live, "an interrupted REINDEX CONCURRENTLY left it INVALID"),
  );
  return steps(...retire(situation), ...leftovers, ...decided.steps);
}

/** What was swapped out goes first: its name is needed again when the index is replaced once more. */
function retire({ retired }: Situation): Step[] {
  return retired ? [drop(retired, "an interrupted run has replaced it and not dropped it")] : [];
}

function planVerdict(situation: Situation, desired: DesiredIndex, intent: Intent): Plan {
  const { verdict } = situation;
  switch (verdict.kind) {
    case "absent":
      return steps(...planAbsent(situation, desired));
    case "same":
      return steps(...dropAsides(situation), {
        kind: "adopt",
        why: "a valid index of this definition stands already",
      });
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
        ...buildSteps(desired, desired.name, "its drop is finished first"),
      );
    case "invalid":
      return planInvalid(verdict, desired);
  }
}

/** Nothing has the name: what we have under another name takes it, else it is built. */
function planAbsent({ misplaced, next }: Situation, desired: DesiredIndex): Step[] {
  const { schema, name } = desired;
  const leftover = next ? [drop(next.live, "an interrupted replacement has left it")] : [];
  if (misplaced)
    return [...leftover, rename(schema, misplaced.name, name, "it stands under another name")];
  if (next?.isDeclared) {
    return [
      rename(
        schema,
        next.live.name,
        name,
        "an interrupted run has built it under a temporary name",
      ),
    ];
  }
  return [...leftover, ...buildSteps(desired, name, "it does not exist")];
}

/** What stands aside and has become superfluous since the declared index stands. */
function dropAsides({ next, misplaced }: Situation): Step[] {
  return [
    ...(next ? [drop(next.live, "an interrupted replacement has left it")] : []),
    ...(misplaced
      ? [drop(misplaced, "the declared index stands, and this was its earlier self")]
      : []),
  ];
}

type Differing = Extract<Verdict, { kind: "different" | "alterable" }>;

/** Storage parameters of an index that is not ours yet may be somebody's choice; a declared comment or statistics target is an addition. */
function planAlterable(
  situation: Situation,
  verdict: Differing,
  desired: DesiredIndex,
  intent: Intent,
): Plan {
  const takesAway = verdict.differences.some(
    ({ field }) => field === "storageParameters" || field === "tablespace",
  );
  if (intent === "create" && takesAway)
    return refused(differentAdvice(desired, verdict.differences));
  // REINDEX knows TABLESPACE from 14 on.
  const moves = verdict.differences.some(({ field }) => field === "tablespace");
  if (moves && situation.serverVersion < 140000)
    return planDifferent(situation, verdict, desired, intent);
  return steps(...dropAsides(situation), ...alterSteps(desired, verdict.differences));
}

/** Builds beside, swaps the names, drops the old one: a valid index stands under the declared name all the time. */
function planDifferent(
  situation: Situation,
  verdict: Differing,
  desired: DesiredIndex,
  intent: Intent,
): Plan {
  const { live } = verdict;
  if (intent === "create") return refused(differentAdvice(desired, verdict.differences));
  if (live.constraint) return refused(backsConstraintAdvice(desired, live));
  const { next } = situation;
  const name = companionName(desired.name, "next");
  const build = buildSteps(
    desired,
    name,
    "the definition has changed; the old index serves meanwhile",
  );
  const begin = next
    ? [drop(next.live, "an interrupted replacement has left it"), ...build]
    : build;
  return steps(
    ...(next?.isDeclared ? [] : begin),
    swap(desired, live),
    drop(
      { schema: desired.schema, name: companionName(desired.name, "retired") },
      "the new index has taken its place",
    ),
  );
}

/** An INVALID index costs every write, serves no read, and when UNIQUE rejects the application's rows. */
function planInvalid(verdict: Extract<Verdict, { kind: "invalid" }>, desired: DesiredIndex): Plan {
  const { live, differences } = verdict;
  if (live.constraint || desired.invalidLeftover === "refuse")
    return refused(refusedLeftoverAdvice(desired, live));
  if (!isAlterable(differences) && desired.invalidLeftover !== "rebuildAny") {
    return refused(foreignLeftoverAdvice(desired, differences));
  }
  return steps(
    drop(live, "an interrupted build left it INVALID, and nobody is building it"),
    ...buildSteps(desired, desired.name, "the INVALID leftover is dropped first"),
  );
}

function steps(...list: readonly Step[]): Plan & { kind: "steps" } {
  return { kind: "steps", steps: list };
}

function refused(advice: Advice): Plan {
  return { kind: "refused", advice };
}
