import {
  conflictingSessions,
  isYieldingAutovacuum,
  type OtherSession,
} from "../catalog/sessions/otherSessions";
import { describeSession } from "../catalog/sessions/sessionDescription";
import { type Context, jitter, pause } from "./context";
import type { Operation, TablePlace } from "./operation";

const POLL_MS = 400;

/** The pause after a failed try for a lock doubles up to this. */
const LONGEST_PAUSE_MS = 10_000;

/** A try that held others up is followed by a pause this many times as long. */
const PAUSE_PER_STALL = 100;

/** A wait longer than this earns a permanent line in the diagnostics. */
const LONG_WAIT_MS = 10_000;

/**
 * Waits until no other session works on the table: an orphaned build may be about to finish an
 * INVALID index, and a session that queues for the table while it builds would kill it. Does not
 * wait for ordinary autovacuum, which yields, but only to a statement that queues.
 */
export async function waitUntilNobodyWorks(
  { observer, builder, ctx }: Operation,
  table: TablePlace,
  modes?: readonly string[],
): Promise<void> {
  const wait = new Wait(ctx, `waiting for others to finish on ${table.schema}.${table.table}`);
  for (;;) {
    const found = await conflictingSessions(observer, table.oid, builder.pid, modes);
    const workers = found.filter((other) => !isYieldingAutovacuum(other));
    if (workers.length === 0) return wait.over();
    await wait.on(workers);
  }
}

/** A polled wait that shows whom it waits for, and logs it once the wait is long. */
export class Wait {
  private readonly started = Date.now();
  private lastPolledAt = this.started;
  private reported = false;
  private tries = 0;
  private readonly ctx: Context;
  private readonly reason: string;

  constructor(ctx: Context, reason: string) {
    this.ctx = ctx;
    this.reason = reason;
  }

  /**
   * Waits until the next poll; throws {@link OutOfPatience} once the operation has waited for too
   * long.
   */
  on(others: readonly OtherSession[]): Promise<void> {
    return this.poll(others, "unknown", POLL_MS);
  }

  private async poll(
    others: readonly OtherSession[],
    nobody: string,
    pauseMs: number,
  ): Promise<void> {
    const { patience } = this.ctx;
    const waited = Date.now() - this.started;
    patience?.waited(Date.now() - this.lastPolledAt);
    this.lastPolledAt = Date.now();
    const over = patience?.overWait(others);
    if (over) throw over;
    const names = others.map(describeSession).join("; ") || nobody;
    const message = `${this.reason} (${Math.round(waited / 1000)} s): ${names}`;
    this.ctx.status(message);
    if (waited > LONG_WAIT_MS && !this.reported) {
      this.reported = true;
      this.ctx.log("warning", message);
    }
    await pause(Math.min(jitter(pauseMs), patience?.leftToWait() ?? pauseMs), this.ctx);
  }

  /**
   * As {@link on}, after a try for a lock that failed: pauses longer each time, and longest after
   * one that others had to wait behind.
   */
  async afterTry(others: readonly OtherSession[]): Promise<void> {
    const growing = Math.min(POLL_MS * 2 ** this.tries, LONGEST_PAUSE_MS);
    this.tries += 1;
    const stall = this.ctx.patience?.lastStallMs() ?? 0;
    await this.poll(
      others,
      "one short transaction after another",
      Math.max(growing, PAUSE_PER_STALL * stall),
    );
  }

  over(): void {
    if (this.reported) {
      const seconds = Math.round((Date.now() - this.started) / 1000);
      this.ctx.log("info", `${this.reason}: over after ${seconds} s`);
    }
  }
}
