/** The limits of one operation; unset ones come from the stack, then from the defaults. */
export interface PatienceOptions {
  /** Milliseconds to wait for other sessions, in total. */
  readonly waitForMs?: number;
  /**
   * Milliseconds from the start of the operation's first build to the end of its last, including
   * waits and retries.
   */
  readonly buildWithinMs?: number;
  /** Milliseconds that reads and writes may wait behind short locks of ours, in total. */
  readonly stallBudgetMs?: number;
  /** Attempts after the first one. */
  readonly retries?: number;
  /** What to do about sessions that wait behind it. */
  readonly waiters?: WaiterPolicy;
}

/** What to do when a session's wait behind our statement does harm. */
export type WaiterPolicy = "warn" | "yield" | "cancel";
