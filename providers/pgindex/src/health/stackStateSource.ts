import { readFileSync } from "node:fs";
import { firstLine, PgIndexError } from "../engine/errors/advice";
import { parseStackState, readStackState, type StackState } from "../status/stackState";
import { unreadableStateAdvice } from "./healthMessages";

/** A stack's state, from a file or as exported. Throws {@link PgIndexError}. */
function loadStackState(state: string | object): StackState {
  if (typeof state !== "string") return readStackState(state);
  try {
    return parseStackState(readFileSync(state, "utf8"));
  } catch (error) {
    if (error instanceof PgIndexError) throw error;
    throw new PgIndexError(unreadableStateAdvice(error), { cause: error });
  }
}

/** A state as last read, and why it is not a newer one; null if it is as new as can be. */
export interface FollowedState {
  readonly state: StackState;
  readonly problem: string | null;
}

interface Following {
  /** Reads it again; by default it never changes. */
  readonly read?: () => StackState | Promise<StackState>;
  /** For how long it is not read again. */
  readonly seconds?: number;
}

/**
 * A stack that is read afresh: an endpoint runs for months, and an `up` meanwhile declares other
 * indexes. A state that cannot be read, such as a file that is being written, leaves the last one.
 */
export class FollowedStack {
  private latest: FollowedState;
  private readAt = performance.now();
  private readonly following: Following;

  constructor(state: StackState, following: Following = {}) {
    this.latest = { state, problem: null };
    this.following = following;
  }

  async current(): Promise<FollowedState> {
    const { read, seconds = 0 } = this.following;
    if (!read || performance.now() - this.readAt < seconds * 1000) return this.latest;
    this.readAt = performance.now();
    try {
      this.latest = { state: await read(), problem: null };
    } catch (error) {
      const reason = error instanceof PgIndexError ? error.advice.what : firstLine(error);
      const problem = `the state could not be read again, and the last one is used: ${reason}`;
      this.latest = { ...this.latest, problem };
    }
    return this.latest;
  }
}

/** Follows a file; what was handed over as an object stays as it is. Throws {@link PgIndexError}. */
export function followState(state: string | object): FollowedStack {
  const read = typeof state === "string" ? () => loadStackState(state) : undefined;
  return new FollowedStack(loadStackState(state), { read });
}
