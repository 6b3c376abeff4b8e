import { setTimeout as delay } from "node:timers/promises";
import type { Stall } from "../operation/patience";
import type { Session } from "../session/session";

const SAMPLE_MS = 15;

interface Sample {
  readonly pid: number;
  /** Null before PostgreSQL 14, and for a moment later on. */
  readonly waitedMs: number | null;
}

/**
 * Measures how long others wait behind one try for a lock, from its first statement to its end. A
 * wait shorter than two samples can be missed.
 */
export class StallMeter {
  private readonly observer: Session;
  private readonly builder: Session;
  private readonly relations: readonly number[];
  private readonly startedAt = performance.now();
  private readonly ended = new AbortController();
  private readonly sampling: Promise<void>;
  /** The sessions that waited at the last sample, by pid, and since when. */
  private waiting: ReadonlyMap<number, number> = new Map();
  private longestMs = 0;
  private sessions = 0;
  private readonly limitMs: number;
  /** We cancelled the statement: it waited for another lock while others waited for it. */
  hasCancelled = false;

  constructor(observer: Session, builder: Session, relations: readonly number[], limitMs: number) {
    this.observer = observer;
    this.builder = builder;
    this.relations = relations;
    this.limitMs = limitMs;
    this.sampling = this.run();
  }

  /** The longest wait of anybody, in milliseconds, and how many have waited. */
  async end(): Promise<Stall> {
    const endedAt = performance.now();
    this.ended.abort();
    await this.sampling;
    for (const from of this.waiting.values()) this.finish(from, endedAt);
    return { longestMs: this.longestMs, sessions: this.sessions, tookMs: endedAt - this.startedAt };
  }

  private async run(): Promise<void> {
    while (!this.ended.signal.aborted) {
      // Without an observer nothing is measured; the lock timeout still holds.
      const isSampled = await this.sample().then(
        () => true,
        () => false,
      );
      if (!isSampled) return;
      await delay(SAMPLE_MS, undefined, { signal: this.ended.signal }).catch(() => undefined);
    }
  }

  private async sample(): Promise<void> {
    const rows = await this.observer.queryAsLogin<Sample>(
      `SELECT l.pid, ${this.waited()} AS "waitedMs"
         FROM pg_locks l
        WHERE NOT l.granted AND l.locktype = 'relation' AND l.relation::int8 = ANY($1::int8[])
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      [this.relations],
    );
    if (this.ended.signal.aborted) return;
    const now = performance.now();
    const ours = now - this.startedAt;
    const began = rows
      .map(({ pid, waitedMs }) => ({ pid, waitedMs: waitedMs ?? ours }))
      .filter(({ pid, waitedMs }) => pid !== this.builder.pid && waitedMs <= ours + SAMPLE_MS);
    this.note(new Map(began.map(({ pid, waitedMs }) => [pid, now - waitedMs])), now);
    const isWaiting = rows.some(({ pid }) => pid === this.builder.pid);
    if (isWaiting && this.longestNow(now) >= this.limitMs) await this.cancel();
  }

  private waited(): string {
    return this.observer.serverVersion >= 140000
      ? "(extract(epoch FROM clock_timestamp() - l.waitstart) * 1000)::float8"
      : "NULL::float8";
  }

  private note(waiting: ReadonlyMap<number, number>, now: number): void {
    for (const [pid, from] of this.waiting) if (!waiting.has(pid)) this.finish(from, now);
    this.waiting = waiting;
  }

  private finish(from: number, until: number): void {
    this.longestMs = Math.max(this.longestMs, until - from);
    this.sessions += 1;
  }

  private longestNow(now: number): number {
    return Math.max(0, ...[...this.waiting.values()].map((from) => now - from));
  }

  private async cancel(): Promise<void> {
    if (this.hasCancelled) return;
    this.hasCancelled = true;
    await this.observer.queryAsLogin("SELECT pg_cancel_backend($1)", [this.builder.pid]);
  }
}
