import { afterAll, beforeAll } from "vitest";
import { measureQueries } from "../../../providers/pgindex/src/engine/measure/measure.ts";
import type { QueryMeasurement } from "../../../providers/pgindex/src/engine/measure/measurement.ts";
import {
  type ParsedQuery,
  parseServedQueries,
} from "../../../providers/pgindex/src/engine/measure/servedQueries.ts";
import { createDatabase, type TestDatabase } from "../server/database.ts";
import { type Recorder, record, targetOf } from "./engine.ts";
import { vacuum } from "./engineDatabase.ts";

export const INDEX = { schema: "public", table: "messages", name: "messages_state_idx" };

export const STATE = {
  sql: "SELECT * FROM messages WHERE state = $1 ORDER BY sent_at LIMIT 5",
  sample: "SELECT state FROM messages ORDER BY id OFFSET 20 LIMIT 3",
};

/** A database with messages, and queries that are measured on it. */
export class Measuring {
  database!: TestDatabase;
  recorder!: Recorder;

  async parsed(...queries: object[]): Promise<readonly ParsedQuery[]> {
    const result = await parseServedQueries(queries);
    if (result.kind === "ok") return result.value;
    throw new Error(JSON.stringify(result));
  }

  async measure(query: object, index = INDEX): Promise<QueryMeasurement> {
    this.recorder = record();
    const queries = await this.parsed({ name: "q", runs: 2, ...query });
    const [measured] = await measureQueries({
      database: targetOf(this.database.url),
      index,
      queries,
      searchPath: ["public"],
      ctx: this.recorder.ctx,
    });
    if (!measured) throw new Error("nothing was measured");
    return measured.measurement;
  }
}

export function useMeasuring(): Measuring {
  const m = new Measuring();
  beforeAll(async () => {
    m.database = await createDatabase();
    await fill(m.database);
  });
  afterAll(() => m.database.drop());
  return m;
}

async function fill(database: TestDatabase): Promise<void> {
  await database.query(`
    CREATE TABLE messages (
      id bigint PRIMARY KEY, state uuid NOT NULL, sent_at timestamptz NOT NULL,
      number int NOT NULL, body text)`);
  await database.query(`
    INSERT INTO messages
    SELECT n, md5((n / 10)::text)::uuid,
    timestamptz '2026-01-01' + n * interval '1 second 1 microsecond', n, repeat('x', 40)
      FROM generate_series(1, 20000) AS n`);
  await database.query("CREATE INDEX messages_state_idx ON messages (state, sent_at)");
  await database.query("CREATE INDEX messages_number_idx ON messages (number)");
  await vacuum(database, "messages");
}
