import pg from "pg";
import type { Writer } from "./writer.ts";

/** The cost of a build for the writer. */
export interface BuildStall {
  seconds: number;
  longestStallMs: number;
}

const PROBE = "conversation_messages_plain_probe_idx";
const DROP_ATTEMPTS = 10;

/** Measures what a plain CREATE INDEX on the messages costs the writer. Leaves no index behind. */
export async function plainBuildStall(url: string, writer: Writer): Promise<BuildStall> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const start = Date.now();
    await client.query(
      `create index ${PROBE} on conversation_messages (conversation_state_id, created_at)`,
    );
    const end = Date.now();
    const { byTable } = await writer.statsBetween(start, end);
    return {
      seconds: (end - start) / 1000,
      longestStallMs: byTable.conversation_messages.longestStallMs,
    };
  } finally {
    await dropProbe(client).finally(() => client.end());
  }
}

// A waiting DROP INDEX blocks every write behind it, so use a short timeout and retry.
async function dropProbe(client: pg.Client): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query(
        `begin; set local lock_timeout = '200ms'; drop index if exists ${PROBE}; commit`,
      );
      return;
    } catch (error) {
      await client.query("rollback");
      const timedOut = (error as { code?: string }).code === "55P03";
      if (!timedOut || attempt === DROP_ATTEMPTS) throw error;
    }
  }
}
