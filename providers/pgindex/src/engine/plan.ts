import type { Verdict } from "./compare";
import {
  differentAdvice,
  foreignLeftoverAdvice,
  nameTakenAdvice,
  otherTableAdvice,
  refusedLeftoverAdvice,
} from "./messages";
import type { DesiredIndex, LiveIndex } from "./model";
import type { Advice } from "./problems";
import { qualified } from "./sql";
import { createIndexStatement, dropIndexStatement } from "./statement";

/** One step of a change: what runs, what it locks, and why it is there. */
export type Step =
  | { readonly kind: "adopt"; readonly live: LiveIndex; readonly why: string }
  | {
      readonly kind: "dropLeftover";
      readonly live: LiveIndex;
      readonly sql: string;
      readonly locks: string;
      readonly why: string;
    }
  | {
      readonly kind: "build";
      readonly sql: string;
      readonly locks: string;
      readonly why: string;
    }
  | {
      readonly kind: "analyze";
      readonly sql: string;
      readonly locks: string;
      readonly why: string;
    };

export type Plan =
  | { readonly kind: "steps"; readonly steps: readonly Step[] }
  | { readonly kind: "refused"; readonly advice: Advice };

/** https://www.postgresql.org/docs/current/explicit-locking.html: conflicts with DDL and VACUUM, with no read and no write. */
const BUILD_LOCKS = "SHARE UPDATE EXCLUSIVE on the table: reads and writes go on, other DDL waits";

/** Decides what to do about a verdict. Pure: the same plan is previewed, printed and executed. */
export function plan(verdict: Verdict, desired: DesiredIndex): Plan {
  switch (verdict.kind) {
    case "absent":
      return steps(...buildSteps(desired, "it does not exist"));
    case "same":
      return steps({
        kind: "adopt",
        live: verdict.live,
        why: "a valid index of this definition stands already",
      });
    case "otherRelation":
      return refused(nameTakenAdvice(desired, verdict.relationKind));
    case "otherTable":
      return refused(otherTableAdvice(desired, verdict.live));
    case "different":
      return refused(differentAdvice(desired, verdict.differences));
    case "dropping":
      return steps(
        dropLeftover(
          verdict.live,
          "an interrupted DROP INDEX CONCURRENTLY has already disabled it",
        ),
        ...buildSteps(desired, "its drop is finished first"),
      );
    case "invalid":
      return planInvalid(verdict, desired);
  }
}

/** An INVALID index costs every write, serves no read, and when UNIQUE rejects the application's rows. */
function planInvalid(verdict: Extract<Verdict, { kind: "invalid" }>, desired: DesiredIndex): Plan {
  const { live, differences } = verdict;
  if (live.constraint || desired.invalidLeftover === "refuse")
    return refused(refusedLeftoverAdvice(desired, live));
  if (differences.length > 0 && desired.invalidLeftover !== "rebuildAny") {
    return refused(foreignLeftoverAdvice(desired, differences));
  }
  return steps(
    dropLeftover(live, "an interrupted build left it INVALID, and nobody is building it"),
    ...buildSteps(desired, "the INVALID leftover is dropped first"),
  );
}

function buildSteps(desired: DesiredIndex, why: string): Step[] {
  const build: Step = {
    kind: "build",
    sql: createIndexStatement(desired),
    locks: BUILD_LOCKS,
    why,
  };
  const hasExpression = desired.keys.some((key) => key.expression !== undefined);
  if (!hasExpression) return [build];
  return [
    build,
    {
      kind: "analyze",
      sql: `ANALYZE ${qualified(desired.schema, desired.table)}`,
      locks: BUILD_LOCKS,
      why: "an index on an expression has no statistics, and the planner guesses, until ANALYZE",
    },
  ];
}

function dropLeftover(live: LiveIndex, why: string): Step {
  return {
    kind: "dropLeftover",
    live,
    sql: dropIndexStatement(live.schema, live.name),
    locks: BUILD_LOCKS,
    why,
  };
}

function steps(...list: Step[]): Plan {
  return { kind: "steps", steps: list };
}

function refused(advice: Advice): Plan {
  return { kind: "refused", advice };
}
