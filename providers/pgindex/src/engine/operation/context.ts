import { setTimeout as delay } from "node:timers/promises";
import { CancelledError } from "../errors/advice";
import type { Patience } from "./patience";

/** All that the engine knows of the world outside. */
export interface Context {
  /** Aborted when the user cancels. */
  readonly signal: AbortSignal;
  /** Aborted when the Pulumi CLI is gone: what runs may finish, nothing new is begun. */
  readonly draining: AbortSignal;
  /** What the operation may still take; without it, no end. */
  readonly patience?: Patience;
  /** A line that stays, in the resource's diagnostics. */
  log(severity: "info" | "warning", message: string): void;
  /** A line that the next one replaces, in the resource's own row. */
  status(message: string): void;
}

/** Waits; throws {@link CancelledError} as soon as the operation is cancelled. */
export async function pause(ms: number, ctx: Context): Promise<void> {
  assertMayGoOn(ctx);
  try {
    await delay(ms, undefined, { signal: AbortSignal.any([ctx.signal, ctx.draining]) });
  } catch {
    throw new CancelledError("cancelled while waiting; nothing was changed");
  }
}

/** To be asked before anything is begun. */
export function assertMayGoOn(ctx: Context): void {
  if (ctx.signal.aborted || ctx.draining.aborted) {
    throw new CancelledError("cancelled before it began; nothing was changed");
  }
}

/** Somewhere between 75 % and 125 % of `ms`: two pollers must not meet for ever. */
export function jitter(ms: number): number {
  return ms * (0.75 + Math.random() / 2);
}
