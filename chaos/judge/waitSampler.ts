import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { WRITER } from "../application/chaosWriter.ts";
import { withClient } from "../chaosServer.ts";

const EVERY_MS = 50;

/** How long each writer has waited for a lock, in milliseconds in all. */
export interface Waits {
  /** With a session of ours in its way, whoever else was. */
  readonly ours: ReadonlyMap<string, number>;
  /** Behind others alone. */
  readonly others: ReadonlyMap<string, number>;
}

/**
 * Adds up how long each writer of the application waits for a lock, and behind whom. Each look
 * counts the time since the last one.
 */
export class WaitSampler {
  readonly #url: string;
  readonly #ours = new Map<string, number>();
  readonly #others = new Map<string, number>();
  #stopping = false;
  #sampling: Promise<void> = Promise.resolve();

  constructor(url: string) {
    this.#url = url;
  }

  start(): void {
    this.#sampling = this.#sample();
  }

  async stop(): Promise<Waits> {
    this.#stopping = true;
    await this.#sampling;
    return { ours: this.#ours, others: this.#others };
  }

  async #sample(): Promise<void> {
    while (!this.#stopping) {
      // The server may be restarting.
      await withClient(this.#url, (client) => this.#sampleWith(client)).catch(() =>
        sleep(EVERY_MS),
      );
    }
  }

  async #sampleWith(client: pg.Client): Promise<void> {
    for (let last = performance.now(); !this.#stopping; await sleep(EVERY_MS)) {
      const waiting = await writersWaiting(client);
      const now = performance.now();
      for (const { writer, isOurs } of waiting)
        add(isOurs ? this.#ours : this.#others, writer, now - last);
      last = now;
    }
  }
}

/** The writers that wait for a lock now. A session of ours that waits in front of them counts too. */
export async function writersWaiting(
  client: pg.Client,
): Promise<readonly { readonly writer: string; readonly isOurs: boolean }[]> {
  const { rows } = await client.query<{ writer: string; isOurs: boolean }>(
    `SELECT w.application_name AS writer,
            coalesce(bool_or(b.application_name LIKE 'pgindex%'), false) AS "isOurs"
       FROM pg_stat_activity w
       LEFT JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS blocker (pid) ON true
       LEFT JOIN pg_stat_activity b ON b.pid = blocker.pid
      WHERE w.application_name LIKE $1 AND w.wait_event_type = 'Lock'
      GROUP BY w.pid, w.application_name`,
    [`${WRITER}%`],
  );
  return rows;
}

function add(sums: Map<string, number>, writer: string, ms: number): void {
  sums.set(writer, (sums.get(writer) ?? 0) + ms);
}

/** The share of a run that a writer may wait behind us. */
export const WAIT_SHARE = 0.01;

/** The writers that waited behind us for more than {@link WAIT_SHARE} of the run. */
export function waitedTooLong({ ours }: Waits, runMs: number): string[] {
  return [...ours]
    .filter(([, ms]) => ms > WAIT_SHARE * runMs)
    .map(
      ([writer, ms]) =>
        `${writer} has waited behind us for ${ms.toFixed()} ms in all, ` +
        `${((100 * ms) / runMs).toFixed(1)} % of the run`,
    );
}

/** The longest of the sums. */
export function mostOf(sums: ReadonlyMap<string, number>): number {
  return Math.round(Math.max(0, ...sums.values()));
}
