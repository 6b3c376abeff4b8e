import type { Waiter } from "../catalog/otherSessions";

/** What a wait behind our statement does. */
export interface Harm {
  /** PostgreSQL will end the build as a deadlock in its last phase. */
  readonly endsBuild: boolean;
  /** It wants ACCESS EXCLUSIVE on the table, and everybody queues behind it. */
  readonly stopsApplication: boolean;
}

/**
 * Pure. `lastPhaseMs`: since when the build is known to be in its last phases; undefined before.
 */
export function waiterHarm(
  waiter: Waiter,
  isBuild: boolean,
  lastPhaseMs: number | undefined,
): Harm {
  const { lockType, mode, ageSeconds } = waiter;
  const isLate =
    lastPhaseMs !== undefined && ageSeconds !== null && ageSeconds * 1000 < lastPhaseMs;
  // Who waits for our transaction itself, as another build does, holds no snapshot that we wait
  // for.
  const isQueued = lockType === "relation" || lockType === "advisory";
  return {
    endsBuild: isBuild && isQueued && !isLate,
    stopsApplication: lockType === "relation" && mode === "AccessExclusiveLock",
  };
}
