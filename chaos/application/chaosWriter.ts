import { join } from "node:path";
import { startChild } from "../../demo/childProcess.ts";
import type { Table } from "./chaosTables.ts";

export type Question = { kind: "start"; url: string; rows: number } | { kind: "stop" };

/** A write that failed or took long. Times are epoch milliseconds. */
export interface Notable {
  readonly table: Table;
  readonly from: number;
  readonly to: number;
  /** SQLSTATE or the connection's error code, if it failed. */
  readonly code?: string;
  readonly message?: string;
}

export interface Written {
  readonly writes: number;
  readonly longestMs: number;
  readonly failed: readonly Notable[];
  /** Writes that took longer than {@link LONG_MS}. */
  readonly long: readonly Notable[];
}

export const LONG_MS = 1_000;

/** What the names of the application's sessions begin with. */
export const WRITER = "chaos application";

/**
 * An application that constantly inserts, updates and deletes, in its own process so that nothing
 * here delays it.
 */
export interface Writer {
  stop(): Promise<Written>;
  end(): Promise<void>;
}

export async function startWriter(url: string, rows: number): Promise<Writer> {
  const { ask, end } = startChild(join(import.meta.dirname, "writerProcess.ts"), "the writer");
  try {
    await ask({ kind: "start", url, rows } satisfies Question);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    stop: () => ask({ kind: "stop" } satisfies Question) as Promise<Written>,
    end,
  };
}
