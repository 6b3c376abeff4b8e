import type { OtherSession } from "../catalog/otherSessions";
import type { PatienceOptions, WaiterPolicy } from "../declare/patienceOptions";

/**
 * An hour outlasts nearly every report and migration, but not a forgotten transaction, which never
 * ends while a waiting build keeps autovacuum and all DDL off its table. By default there is no
 * limit on a build that makes progress: stopping it would lose all of its work. Ten attempts take
 * about two minutes, enough for a managed server to restart or fail over.
 */
const DEFAULTS = {
  waitForMs: 60 * 60 * 1000,
  buildWithinMs: Number.POSITIVE_INFINITY,
  retries: 9,
  waiters: "warn",
} as const;

/** The most that one poll interval counts: a sleeping laptop is not waiting. */
const MAX_POLL_GAP_MS = 10_000;

/**
 * The limits of one operation, across all its attempts. Enforced here rather than by the server,
 * whose timeouts start again with each wait.
 */
export class Patience {
  readonly retries: number;
  readonly waiters: WaiterPolicy;
  private readonly waitForMs: number;
  private readonly buildWithinMs: number;
  private waitedMs = 0;
  private buildEndsAt = Number.POSITIVE_INFINITY;

  constructor(own: PatienceOptions = {}, ofStack: PatienceOptions = {}) {
    this.waitForMs = own.waitForMs ?? ofStack.waitForMs ?? DEFAULTS.waitForMs;
    this.buildWithinMs = own.buildWithinMs ?? ofStack.buildWithinMs ?? DEFAULTS.buildWithinMs;
    this.waiters = own.waiters ?? ofStack.waiters ?? DEFAULTS.waiters;
    this.retries = own.retries ?? ofStack.retries ?? DEFAULTS.retries;
  }

  /** Starts the clock of `buildWithin`. Call before each build; only the first call counts. */
  beginBuild(): void {
    this.buildEndsAt = Math.min(this.buildEndsAt, performance.now() + this.buildWithinMs);
  }

  /** Counts the milliseconds since the last poll, during which others were in the way. */
  waited(ms: number): void {
    this.waitedMs += Math.min(ms, MAX_POLL_GAP_MS);
  }

  /** Milliseconds left of `waitFor`. */
  leftToWait(): number {
    return this.waitForMs - this.waitedMs;
  }

  /** The error to throw once others have been in the way for too long; undefined until then. */
  overWait(others: readonly OtherSession[]): OutOfPatience | undefined {
    return this.leftToWait() > 0 ? undefined : new OutOfPatience("waitFor", this.waitForMs, others);
  }

  /** The error to throw once the build has taken too long; `others` are in its way now. */
  overBuild(others: readonly OtherSession[]): OutOfPatience | undefined {
    return performance.now() < this.buildEndsAt
      ? undefined
      : new OutOfPatience("buildWithin", this.buildWithinMs, others);
  }
}

/** An operation has reached one of its limits. */
export class OutOfPatience extends Error {
  override readonly name = "OutOfPatience";
  readonly option: "waitFor" | "buildWithin";
  readonly limitMs: number;
  readonly others: readonly OtherSession[];

  constructor(
    option: "waitFor" | "buildWithin",
    limitMs: number,
    others: readonly OtherSession[],
    options?: { cause?: unknown },
  ) {
    super(`${option} is over`, options);
    this.option = option;
    this.limitMs = limitMs;
    this.others = others;
  }
}
