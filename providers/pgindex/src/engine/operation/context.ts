import { setTimeout as delay } from "node:timers/promises";
import { CancelledError } from "../errors/advice";
import type { Waiting } from "../slots/slotReservation";
import type { Patience } from "./patience";

/** The engine's interface to its caller. */
export interface Context {
  /** Aborted when the user cancels. */
  readonly signal: AbortSignal;
  /** Aborted when the Pulumi CLI is gone: running work can finish, but nothing new begins. */
  readonly draining: AbortSignal;
  /** The limits of the operation; without it there are none. */
  readonly patience?: Patience;
  /** Adds a permanent line to the resource's diagnostics. */
  log(severity: "info" | "warning", message: string): void;
  /** Shows a line in the resource's row until the next one replaces it. */
  status(message: string): void;
}

/** Waits `ms` milliseconds; throws {@link CancelledError} as soon as it is cancelled. */
export async function pause(ms: number, ctx: Context): Promise<void> {
  assertMayGoOn(ctx);
  try {
    await delay(ms, undefined, { signal: AbortSignal.any([ctx.signal, ctx.draining]) });
  } catch {
    throw new CancelledError("cancelled while waiting; nothing was changed");
  }
}

/** Throws {@link CancelledError} if cancelled. Call this before beginning anything. */
export function assertMayGoOn(ctx: Context): void {
  if (ctx.signal.aborted || ctx.draining.aborted) {
    throw new CancelledError("cancelled before it began; nothing was changed");
  }
}

/** How an operation waits for a free connection. */
export function waitingOf({ signal, draining, status, patience }: Context): Waiting {
  return {
    signal: AbortSignal.any([signal, draining]),
    report: status,
    waitMs: patience?.leftToWait(),
  };
}

/** A random 75 % to 125 % of `ms`, so two pollers do not stay in step forever. */
export function jitter(ms: number): number {
  return ms * (0.75 + Math.random() / 2);
}

/** Wakes a poller once when the operation is cancelled; later polls keep their interval. */
export function wakingSignal({ signal }: Context): AbortSignal {
  return signal.aborted ? new AbortController().signal : signal;
}
