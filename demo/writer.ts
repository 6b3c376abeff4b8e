import { join } from "node:path";
import { startChild } from "./child.ts";
import type { WriteStats, WriteTotals } from "./writer-journal.ts";

export type { Failure, WriteStats, WriteTotals } from "./writer-journal.ts";

export type Question =
  | { kind: "start"; url: string; name: string }
  | { kind: "stats"; from: number; to: number }
  | { kind: "stop" };

export interface Writer {
  readonly pid: number;
  /** Writes under way at any moment of the window, given in epoch milliseconds. */
  statsBetween(startMs: number, endMs: number): Promise<WriteStats>;
  /** Lets the writes in flight finish, ends the process, and returns what was written in all. */
  stop(): Promise<WriteTotals>;
}

/** Starts an application that writes all the time, in a process of its own: nothing that this
 * process does can make its writes look slow. */
export async function startWriter(url: string, { name }: { name: string }): Promise<Writer> {
  const { pid, ask, end } = startChild(
    join(import.meta.dirname, "writer-process.ts"),
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
    stop: async () => {
      const totals = (await ask({ kind: "stop" } satisfies Question)) as WriteTotals;
      await end();
      return totals;
    },
  };
}
