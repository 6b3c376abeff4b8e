import {
  conflictingSessions,
  isYieldingAutovacuum,
  type OtherSession,
} from "../catalog/otherSessions";
import { describeSession } from "../catalog/sessionDescription";
import { type Context, jitter, pause } from "./context";
import type { Operation, TablePlace } from "./operation";

const POLL_MS = 400;

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
  async on(others: readonly OtherSession[]): Promise<void> {
    const { patience } = this.ctx;
    const waited = Date.now() - this.started;
    patience?.waited(Date.now() - this.lastPolledAt);
    this.lastPolledAt = Date.now();
    const over = patience?.overWait(others);
    if (over) throw over;
    const names = others.map(describeSession).join("; ") || "unknown";
    const message = `${this.reason} (${Math.round(waited / 1000)} s): ${names}`;
    this.ctx.status(message);
    if (waited > LONG_WAIT_MS && !this.reported) {
      this.reported = true;
      this.ctx.log("warning", message);
    }
    await pause(Math.min(jitter(POLL_MS), patience?.leftToWait() ?? POLL_MS), this.ctx);
  }

  over(): void {
    if (this.reported) {
      const seconds = Math.round((Date.now() - this.started) / 1000);
      this.ctx.log("info", `${this.reason}: over after ${seconds} s`);
    }
  }
}
