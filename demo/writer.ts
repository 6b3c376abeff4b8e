import { join } from "node:path";
import { startChild } from "./childProcess.ts";
import type { SlowWrite, WriteStats, WriteTotals } from "./writerJournal.ts";

export type { Failure, SlowWrite, WriteStats, WriteTotals } from "./writerJournal.ts";

export type Question =
  | { kind: "start"; url: string; name: string }
  | { kind: "stats"; from: number; to: number }
  | { kind: "slowest"; from: number; to: number; parts: number }
  | { kind: "stop" };

export interface Writer {
  readonly pid: number;
  /**
   * Statistics of the writes in progress at any time in the window, given in epoch milliseconds.
   */
  statsBetween(startMs: number, endMs: number): Promise<WriteStats>;
  /** The slowest write in each of `parts` equal parts of the window. */
  slowestBetween(startMs: number, endMs: number, parts: number): Promise<SlowWrite[]>;
  /** Lets writes in flight finish, ends the process, and returns the totals. */
  stop(): Promise<WriteTotals>;
}

/**
 * Starts an application that writes all the time, in a process of its own so that nothing here can
 * make its writes look slow.
 */
export async function startWriter(url: string, { name }: { name: string }): Promise<Writer> {
  const { pid, ask, end } = startChild(
    join(import.meta.dirname, "writerProcess.ts"),
    `writer ${name}`,
  );
  try {
    await ask({ kind: "start", url, name } satisfies Question);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    pid,
    statsBetween: (from, to) =>
      ask({ kind: "stats", from, to } satisfies Question) as Promise<WriteStats>,
    slowestBetween: (from, to, parts) =>
      ask({ kind: "slowest", from, to, parts } satisfies Question) as Promise<SlowWrite[]>,
    stop: async () => {
      const totals = (await ask({ kind: "stop" } satisfies Question)) as WriteTotals;
      await end();
      return totals;
    },
  };
}
