import type { OtherSession } from "../catalog/sessions/otherSessions";
import type { PatienceOptions, WaiterPolicy } from "../declare/patienceOptions";

/**
 * An hour outlasts nearly every report and migration, but not a forgotten transaction, which never
 * ends while a waiting build keeps autovacuum and all DDL off its table. By default there is no
 * limit on a build that makes progress: stopping it would lose all of its work. Ten attempts take
 * about two minutes, enough for a managed server to restart or fail over. Ten seconds are two
 * hundred futile tries for a lock.
 */
const DEFAULTS = {
  waitForMs: 60 * 60 * 1000,
  buildWithinMs: Number.POSITIVE_INFINITY,
  retries: 9,
  waiters: "warn",
  stallBudgetMs: 10_000,
} as const;

/**
 * One try for a lock may hold others up for this share of the budget: 50 ms of the default to get
 * each lock, and twice as long for all locks of the try together.
 */
const LOCK_TIMEOUT_SHARE = 1 / 200;

/** Even a small budget is spent in tries of this length, since a shorter one seldom succeeds. */
const SHORTEST_LOCK_TIMEOUT_MS = 50;

/** The most that one poll interval counts: a sleeping laptop is not waiting. */
const MAX_POLL_GAP_MS = 10_000;

/**
 * The limits of one operation, across all its attempts. Enforced here rather than by the server,
 * whose timeouts start again with each wait.
 */
export class Patience {
  readonly retries: number;
  readonly waiters: WaiterPolicy;
  readonly waitForMs: number;
  private readonly buildWithinMs: number;
  private waitedMs = 0;
  private buildEndsAt = Number.POSITIVE_INFINITY;
  private readonly stallBudgetMs: number;
  private readonly stalls: Stall[] = [];

  constructor(own: PatienceOptions = {}, ofStack: PatienceOptions = {}) {
    this.waitForMs = own.waitForMs ?? ofStack.waitForMs ?? DEFAULTS.waitForMs;
    this.buildWithinMs = own.buildWithinMs ?? ofStack.buildWithinMs ?? DEFAULTS.buildWithinMs;
    this.stallBudgetMs = own.stallBudgetMs ?? ofStack.stallBudgetMs ?? DEFAULTS.stallBudgetMs;
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
  overWait(others: readonly OtherSession[], waitsFor?: string): OutOfPatience | undefined {
    if (this.leftToWait() > 0) return undefined;
    return new OutOfPatience("waitFor", this.waitForMs, others, { waitsFor });
  }

  /** Counts what others waited behind one try for a lock that stops reads or writes. */
  stalled(stall: Stall): void {
    this.stalls.push(stall);
  }

  /** How long the next try may wait for one lock, and how long others may wait behind it. */
  stallLimits(): { readonly lockTimeoutMs: number; readonly tryMs: number } {
    const share = Math.max(SHORTEST_LOCK_TIMEOUT_MS, this.stallBudgetMs * LOCK_TIMEOUT_SHARE);
    const left = this.stallBudgetMs - this.stalledMs();
    const lockTimeoutMs = Math.max(1, Math.round(Math.min(share, left)));
    return { lockTimeoutMs, tryMs: 2 * lockTimeoutMs };
  }

  /** The error to throw once others have waited behind our locks for too long. */
  overStall(others: readonly OtherSession[]): OutOfPatience | undefined {
    return this.stalledMs() < this.stallBudgetMs
      ? undefined
      : new OutOfPatience("stallBudget", this.stallBudgetMs, others);
  }

  /** Every try for a lock that stops reads or writes, together. */
  stallsInAll(): StallsInAll {
    const longestMs = Math.max(0, ...this.stalls.map((stall) => stall.longestMs));
    const tookMs = Math.max(0, ...this.stalls.map((stall) => stall.tookMs));
    const sessions = this.stalls.reduce((sum, stall) => sum + stall.sessions, 0);
    return { tries: this.stalls.length, totalMs: this.stalledMs(), longestMs, sessions, tookMs };
  }

  lastStallMs(): number {
    return this.stalls.at(-1)?.longestMs ?? 0;
  }

  private stalledMs(): number {
    return this.stalls.reduce((sum, { longestMs }) => sum + longestMs, 0);
  }

  /** The error to throw once the build has taken too long; `others` are in its way now. */
  overBuild(others: readonly OtherSession[]): OutOfPatience | undefined {
    return performance.now() < this.buildEndsAt
      ? undefined
      : new OutOfPatience("buildWithin", this.buildWithinMs, others);
  }
}

export type PatienceLimit = "waitFor" | "buildWithin" | "stallBudget";

/** How others waited behind one try for a lock. */
export interface Stall {
  /** The longest wait of anybody. */
  readonly longestMs: number;
  /** How many sessions were seen waiting. */
  readonly sessions: number;
  /** From its first statement to its end: nobody can have waited longer. */
  readonly tookMs: number;
}

/** The tries of one operation. `totalMs`: the longest waits behind each, added up. */
export interface StallsInAll extends Stall {
  readonly tries: number;
  readonly totalMs: number;
}

/** An operation has reached one of its limits. */
export class OutOfPatience extends Error {
  override readonly name = "OutOfPatience";
  readonly option: PatienceLimit;
  readonly limitMs: number;
  readonly others: readonly OtherSession[];
  /** What it waited for that is no session, in words. */
  readonly waitsFor: string | undefined;

  constructor(
    option: PatienceLimit,
    limitMs: number,
    others: readonly OtherSession[],
    options?: { readonly cause?: unknown; readonly waitsFor?: string | undefined },
  ) {
    super(`${option} is over`, options);
    this.option = option;
    this.limitMs = limitMs;
    this.others = others;
    this.waitsFor = options?.waitsFor;
  }
}
