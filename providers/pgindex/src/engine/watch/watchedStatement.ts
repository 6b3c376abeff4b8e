import { setTimeout as delay } from "node:timers/promises";
import { isYieldingAutovacuum } from "../catalog/sessions/otherSessions";
import { describeSession } from "../catalog/sessions/sessionDescription";
import type { BuildSettings } from "../declare/buildSettings";
import { CancelledError, firstLine } from "../errors/advice";
import { sqlState } from "../errors/sqlstate";
import { wakingSignal } from "../operation/context";
import type { Operation } from "../operation/operation";
import type { Session } from "../session/session";
import { renderElapsed } from "../text/render";
import { type BuilderState, readState } from "./builderState";
import { tellOutgrownMemory } from "./graphMemory";
import { NetworkOutage, terminateIdleBuilder } from "./networkOutage";
import type { PhaseWatch } from "./phases";
import { renderProgress } from "./progress";
import { lastingWait, WaitWatch } from "./waitEvents";
import { GaveWay, WaiterWatch } from "./waiters";

const POLL_MS = 500;

/** Wakes near the end of our patience, but never polls faster than this. */
const SHORTEST_POLL_MS = 50;

/** Waits this long for a lock, since many are brief. deadlock_timeout is 1 s. */
const LONG_QUEUE_MS = 250;

/** Gives up an unanswered statement after this many consecutive polls find the builder idle. */
const IDLE_POLLS = 3;

/**
 * A long statement on the builder, and the session that watches it. `reconnect` replaces a lost
 * observer: without one, nobody could cancel the statement.
 */
export interface Watched extends Operation {
  /** Shown while the server reports no phase: "building", "dropping". */
  readonly verb: string;
  /** Position within a larger operation: "partition 3 of 20". */
  readonly position?: string;
  /** Its time counts towards `buildWithin`. */
  readonly isBuild?: boolean;
  readonly buildSettings?: BuildSettings;
  /** Usually short: no progress is shown, the caller counts waits, the first poll is delayed. */
  readonly isQuiet?: boolean;
  /** Receives each observed phase. */
  readonly phases?: PhaseWatch;
  /**
   * Marks the index as soon as other sessions see it: an orphaned build can end valid, and then
   * only its mark says whose it is.
   */
  readonly marks?: readonly string[];
}

/**
 * Runs `sql` on the builder and shows its progress, blockers and waiters. Cancels it through the
 * observer when the operation is cancelled or out of patience. Resolves when the statement
 * succeeds. Throws the server's own error, {@link CancelledError} after a cancel,
 * {@link OutOfPatience}, or {@link GaveWay}.
 */
export async function runWatched(sql: string, watched: Watched): Promise<void> {
  const { builder, ctx } = watched;
  if (watched.isBuild) ctx.patience?.beginBuild();
  const ended = new AbortController();
  const statement = builder.run(sql).finally(() => ended.abort());
  const watch = new Watch(watched, ended.signal);
  const watching = watch.run();
  try {
    await statement;
  } catch (error) {
    if (ctx.signal.aborted) throw new CancelledError("cancelled", { cause: error });
    throw watch.stop && sqlState(error) === "57014" ? watch.stop : error;
  } finally {
    await watching;
  }
}

class Watch {
  /** Why we decided to cancel the statement. */
  stop: Error | undefined;
  private readonly watched: Watched;
  private readonly ended: AbortSignal;
  private readonly waiters: WaiterWatch;
  private readonly started = performance.now();
  private observer: Session;
  private lastPoll = this.started;
  private isBlocked = false;
  private isCancelHeard = false;
  private idlePolls = 0;
  private marks: readonly string[];
  private readonly outage = new NetworkOutage();
  private readonly waits = new WaitWatch();

  constructor(watched: Watched, ended: AbortSignal) {
    this.watched = watched;
    this.ended = ended;
    this.observer = watched.observer;
    this.marks = watched.marks ?? [];
    this.waiters = new WaiterWatch(watched.ctx, watched.isBuild ?? false);
  }

  async run(): Promise<void> {
    const { ctx, verb, builder, isQuiet } = this.watched;
    if (isQuiet) await this.untilNextPoll();
    while (!this.ended.aborted) {
      try {
        await this.poll();
        this.outage.reached();
        if (this.idlePolls >= IDLE_POLLS && !this.ended.aborted) {
          await terminateIdleBuilder(this.observer, builder);
          break;
        }
      } catch (error) {
        if (this.outage.failed(error)) builder.destroy();
        // The build continues without progress, and the catalog verifies its result.
        const elapsed = renderElapsed(performance.now() - this.started);
        ctx.status(`${verb}, ${elapsed} (progress unavailable: ${firstLine(error)})`);
      }
      await this.untilNextPoll();
    }
    if (this.observer !== this.watched.observer) await this.observer.close();
  }

  private async poll(): Promise<void> {
    // Before anything can fail: an unresponsive server is not polled without a pause.
    this.isCancelHeard = this.watched.ctx.signal.aborted;
    if (!this.observer.isOpen) this.observer = await this.watched.reconnect();
    const { builder, ctx } = this.watched;
    if (ctx.signal.aborted || this.stop) await this.cancel();
    const state = await readState(this.observer, builder);
    this.idlePolls = state.isActive ? 0 : this.idlePolls + 1;
    if (!state.isActive || this.watched.isQuiet) return;
    this.watched.phases?.poll(state.row?.phase, performance.now());
    if (state.row) await this.mark();
    this.report(state);
    await tellOutgrownMemory(this.observer, state.row, this.watched);
    this.stop ??= await this.waiters.poll(
      state.waiters,
      state.row?.phase,
      this.observer,
      builder.pid,
    );
    this.stop ??= this.outOfPatience(state) ?? this.leaveQueue(state);
    if (this.stop) await this.cancel();
  }

  /** Fails while the index is not to be seen yet, and is tried again. */
  private async mark(): Promise<void> {
    try {
      for (const sql of this.marks) await this.observer.query(sql);
      this.marks = [];
    } catch (error) {
      if (sqlState(error) === undefined) throw error;
    }
  }

  private report(state: BuilderState): void {
    const { verb, position, ctx } = this.watched;
    const seen = { ...state, waitsFor: this.waits.look(state.wait) };
    const line = renderProgress(verb, { ...seen, elapsedMs: performance.now() - this.started });
    ctx.status(position ? `${position}: ${line}` : line);
  }

  private outOfPatience({ blockers, wait }: BuilderState): Error | undefined {
    const { ctx, isBuild } = this.watched;
    const now = performance.now();
    const waitsFor = lastingWait(wait);
    this.isBlocked = blockers.length > 0 || waitsFor !== undefined;
    if (this.isBlocked) ctx.patience?.waited(now - this.lastPoll);
    this.lastPoll = now;
    const over = this.isBlocked ? ctx.patience?.overWait(blockers, waitsFor) : undefined;
    return over ?? (isBuild ? ctx.patience?.overBuild(blockers) : undefined);
  }

  /**
   * Leaves the queue before our deadlock check runs: a build ahead of us would otherwise become the
   * deadlock victim when it ends.
   */
  private leaveQueue({ isQueued, row, blockers }: BuilderState): GaveWay | undefined {
    const others = blockers.filter((other) => !isYieldingAutovacuum(other));
    const isLong = performance.now() - this.started > LONG_QUEUE_MS;
    return isQueued && !row && isLong && others.length > 0
      ? new GaveWay(`left the queue behind ${others.map(describeSession).join("; ")}`)
      : undefined;
  }

  private async cancel(): Promise<void> {
    await this.observer.queryAsLogin("SELECT pg_cancel_backend($1)", [this.watched.builder.pid]);
  }

  private async untilNextPoll(): Promise<void> {
    const { ctx } = this.watched;
    // The user cancelled during the poll.
    if (ctx.signal.aborted && !this.isCancelHeard) return;
    const left = this.isBlocked ? (ctx.patience?.leftToWait() ?? POLL_MS) : POLL_MS;
    const ms = Math.max(SHORTEST_POLL_MS, Math.min(POLL_MS, left));
    const signal = AbortSignal.any([this.ended, wakingSignal(ctx)]);
    await delay(ms, undefined, { signal }).catch(() => undefined);
  }
}
