/** What one operation may take; what is not said is the stack's, else the default. */
export interface PatienceOptions {
  /** Milliseconds that it waits for others, in total. */
  readonly waitForMs?: number;
  /**
   * Milliseconds from the begin of the first build of the operation to the end of its last, waits
   * and retries included.
   */
  readonly buildWithinMs?: number;
  /** Attempts after the first one. */
  readonly retries?: number;
  /** What becomes of who waits behind it. */
  readonly waiters?: WaiterPolicy;
}

/** What becomes of a session whose wait behind our statement does harm. */
export type WaiterPolicy = "warn" | "yield" | "cancel";
