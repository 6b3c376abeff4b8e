import { ensureIndex } from "../../../providers/pgindex/src/engine/build/ensure.ts";
import type { TestDatabase } from "../server/database.ts";
import { type Args, declare, record, targetOf } from "./engine.ts";
import { until, untilWaiting } from "./engineDatabase.ts";

/** Starts a build of `t_idx`. */
export async function start(db: TestDatabase, args: Args = {}, url = db.url) {
  const recorder = record();
  const desired = await declare({ table: "t", name: "t_idx", columns: ["a"], ...args });
  const target = targetOf(url, { maxConcurrentBuilds: 16 });
  return { ...recorder, ensuring: ensureIndex({ database: target, desired, ctx: recorder.ctx }) };
}

/** A statement of another session that waits behind the build. */
export async function waitBehind(db: TestDatabase, statement: string) {
  const client = await db.connect();
  const outcome = client.query(statement).then(
    () => "done",
    (error: { code?: string }) => error.code,
  );
  return { client, outcome, pid: await untilWaiting(db, statement) };
}

export function untilSaid(lines: readonly string[], words: string): Promise<string> {
  return until(words, async () => lines.find((line) => line.includes(words)));
}

export const ALTER = "ALTER TABLE t ADD COLUMN c int";
export const SLOW = { timeout: 60_000 };
