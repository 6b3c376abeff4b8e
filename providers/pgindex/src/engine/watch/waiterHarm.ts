import type { Waiter } from "../catalog/sessions/otherSessions";

/** The harm done by a session that waits behind our statement. */
export interface Harm {
  /** PostgreSQL will cancel the build as a deadlock in its last phase. */
  readonly endsBuild: boolean;
  /** It requests ACCESS EXCLUSIVE on the table, so all other sessions queue behind it. */
  readonly stopsApplication: boolean;
}

/**
 * Judges one waiter. Pure. `lastPhaseMs`: milliseconds since the build was first seen in its last
 * phases; undefined before that.
 */
export function waiterHarm(
  waiter: Waiter,
  isBuild: boolean,
  lastPhaseMs: number | undefined,
): Harm {
  const { lockType, mode, ageSeconds, maxAgeSeconds } = waiter;
  const age = maxAgeSeconds ?? ageSeconds;
  const isLate = lastPhaseMs !== undefined && age !== null && age * 1000 < lastPhaseMs;
  // A session that waits for our transaction itself, like another build, holds no snapshot that we
  // wait for.
  const isQueued = lockType === "relation" || lockType === "advisory";
  return {
    endsBuild: isBuild && isQueued && !isLate,
    stopsApplication: lockType === "relation" && mode === "AccessExclusiveLock",
  };
}
