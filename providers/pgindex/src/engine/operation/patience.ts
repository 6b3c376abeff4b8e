import type { OtherSession } from "../catalog/otherSessions";
import type { PatienceOptions, WaiterPolicy } from "../declare/patienceOptions";

/**
 * An hour outlasts nearly every report and migration, and not the transaction that somebody has
 * forgotten: that one never ends, and a build that waits keeps autovacuum and all DDL from its
 * table. A build that works is not ended by default: it comes nearer to its end, and all of its
 * work would be lost. Ten attempts take about two minutes: a restart or a failover of a managed
 * server fits in.
 */
const DEFAULTS = {
  waitForMs: 60 * 60 * 1000,
  buildWithinMs: Number.POSITIVE_INFINITY,
  retries: 9,
  waiters: "warn",
} as const;

/** What a laptop sleeps between two looks is no wait. */
const MAX_POLL_GAP_MS = 10_000;

/**
 * The patience of one operation, all of its attempts together. Enforced by us and not by the
 * server, whose timeouts count each wait anew.
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

  /** To be called before each build; the first one counts. */
  beginBuild(): void {
    this.buildEndsAt = Math.min(this.buildEndsAt, performance.now() + this.buildWithinMs);
  }

  /** Counts the time since the last look, in which the others were in the way. */
  waited(ms: number): void {
    this.waitedMs += Math.min(ms, MAX_POLL_GAP_MS);
  }

  /** Milliseconds until it is over if the others stay in the way. */
  leftToWait(): number {
    return this.waitForMs - this.waitedMs;
  }

  /** What is to be thrown once others have been in the way for too long. */
  overWait(others: readonly OtherSession[]): OutOfPatience | undefined {
    return this.leftToWait() > 0 ? undefined : new OutOfPatience("waitFor", this.waitForMs, others);
  }

  /** What is to be thrown once the build has taken too long; `others` are in its way just now. */
  overBuild(others: readonly OtherSession[]): OutOfPatience | undefined {
    return performance.now() < this.buildEndsAt
      ? undefined
      : new OutOfPatience("buildWithin", this.buildWithinMs, others);
  }
}

/** An operation has reached what it may take. */
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
