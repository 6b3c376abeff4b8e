import { until } from "../support/engine/engineDatabase.ts";
import type { TestDatabase } from "../support/server/database.ts";
import { startChild } from "./child.ts";

/** What is watched. */
export interface Watch {
  readonly schema: string;
  /** One of these must be there and valid, always. */
  readonly names: readonly string[];
  /** A query that the index serves. */
  readonly query: string;
  /** A statement that writes the table. */
  readonly write: string;
}

/** What the watcher saw. */
export interface Seen {
  looks: number;
  /** Looks that found no valid index. */
  gaps: number;
  /** How often each index was in the plan; another plan stands here in full. */
  readonly plans: Record<string, number>;
  writes: number;
  readonly errors: string[];
  seconds: number;
}

/** Reads, plans and writes in tight loops, in a process of its own, while `work` goes on. */
export async function watched(
  db: TestDatabase,
  watch: Watch,
  work: () => Promise<unknown>,
): Promise<Seen> {
  const child = startChild("./watcherProcess.ts", db.url, JSON.stringify(watch));
  try {
    await until("the watcher has begun", async () => child.output().includes("watching\n"));
    await until("it writes", async () => (await watchersOf(db)) >= 5);
    await work();
  } finally {
    child.process.stdin?.end();
    await child.ended;
  }
  return JSON.parse(child.output().replace("watching\n", ""));
}

async function watchersOf(db: TestDatabase): Promise<number> {
  const rows = await db.query(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = ''
        AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND query <> ''`,
  );
  return rows.length;
}
