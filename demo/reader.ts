import { join } from "node:path";
import { startChild } from "./childProcess.ts";

export type Question = { kind: "start"; url: string; name: string } | { kind: "stop" };

export interface ReadTotals {
  reads: number;
  failed: number;
}

export interface Reader {
  readonly pid: number;
  /** Ends the process, and returns the totals. */
  stop(): Promise<ReadTotals>;
}

/**
 * Starts an application that runs the queries of Phase 3 about 20 times a second, in a process of
 * its own.
 */
export async function startReader(url: string, { name }: { name: string }): Promise<Reader> {
  const { pid, ask, end } = startChild(
    join(import.meta.dirname, "readerProcess.ts"),
    `reader ${name}`,
  );
  try {
    await ask({ kind: "start", url, name } satisfies Question);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    pid,
    stop: async () => {
      const totals = (await ask({ kind: "stop" } satisfies Question)) as ReadTotals;
      await end();
      return totals;
    },
  };
}
