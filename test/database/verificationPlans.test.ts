// What a measurement reads from real plans.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { measureQueries } from "../../providers/pgindex/src/engine/measure/measure.ts";
import type { QueryMeasurement } from "../../providers/pgindex/src/engine/measure/measurement.ts";
import {
  type ParsedQuery,
  parseServedQueries,
} from "../../providers/pgindex/src/engine/measure/servedQueries.ts";
import { failureOf, type Recorder, record, targetOf } from "../support/engine/engine.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

const INDEX = { schema: "public", table: "messages", name: "messages_state_idx" };

let database: TestDatabase;
let recorder: Recorder;

beforeAll(async () => {
  database = await createDatabase();
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
  await database.query("VACUUM ANALYZE messages");
});
afterAll(() => database.drop());

async function parsed(...queries: object[]): Promise<readonly ParsedQuery[]> {
  const result = await parseServedQueries("serves", queries);
  if (result.kind === "ok") return result.value;
  throw new Error(JSON.stringify(result));
}

async function measure(query: object, index = INDEX): Promise<QueryMeasurement> {
  recorder = record();
  const queries = await parsed({ name: "q", runs: 2, ...query });
  const target = targetOf(database.url);
  const [measured] = await measureQueries({
    database: target,
    index,
    queries,
    searchPath: ["public"],
    ctx: recorder.ctx,
  });
  if (!measured) throw new Error("nothing was measured");
  return measured.measurement;
}

const STATE = {
  sql: "SELECT * FROM messages WHERE state = $1 ORDER BY sent_at LIMIT 5",
  sample: "SELECT state FROM messages ORDER BY id OFFSET 20 LIMIT 3",
};

describe("the plan", () => {
  const cases: [title: string, query: object, planType: string | null, index: string | null][] = [
    ["Index Scan", STATE, "Index Scan", "messages_state_idx"],
    [
      "Index Only Scan",
      { ...STATE, sql: "SELECT sent_at FROM messages WHERE state = $1" },
      "Index Only Scan",
      "messages_state_idx",
    ],
    [
      "Bitmap Heap Scan",
      {
        sql:
          "SELECT * FROM messages WHERE state = md5('1')::uuid OR state = $1 OR sent_at IS " +
          "NULL AND state = $1",
        values: ["c4ca4238-a0b9-2382-0dcc-509a6f75849b"],
      },
      "Bitmap Heap Scan",
      "messages_state_idx",
    ],
    ["Seq Scan", { sql: "SELECT count(*) FROM messages WHERE body LIKE '%y%'" }, "Seq Scan", null],
    ["Tid Scan", { sql: "SELECT * FROM messages WHERE ctid = '(0,1)'" }, "Tid Scan", null],
    ["Sample Scan", { sql: "SELECT * FROM messages TABLESAMPLE SYSTEM (1)" }, "Sample Scan", null],
    [
      "another index",
      { sql: "SELECT * FROM messages WHERE number = $1", values: [7] },
      "Index Scan",
      "messages_number_idx",
    ],
    ["no scan of the table", { sql: "SELECT 1" }, null, null],
  ];
  it.each(cases)("%s", async (_title, query, planType, index) => {
    const measurement = await measure(query);
    expect(measurement).toMatchObject({ planType, index, runs: 2, timedOut: false });
    expect(measurement.usesIndex).toBe(index === INDEX.name);
    expect(measurement.executionMs).toBeGreaterThan(0);
  });

  it("of most runs, where it depends on the values", async () => {
    const measurement = await measure({
      sql: "SELECT sum(length(body)) FROM messages WHERE number <= $1",
      sample: "VALUES (20000), (5), (6)",
      runs: 3,
    });
    expect(measurement.planType).not.toBe("Seq Scan");
    expect(measurement.note).toMatch(/^the plan depends on the values: .* in 2, Seq Scan in 1$/);
  });

  it("of a partition's index is not ours in another schema", async () => {
    const measurement = await measure(STATE, { ...INDEX, schema: "other" });
    expect(measurement).toMatchObject({ planType: null, usesIndex: false });
  });
});

it("counts rows and pages", async () => {
  const measurement = await measure(STATE);
  expect(measurement.rows).toBe(5);
  expect(measurement.buffers).toBeGreaterThanOrEqual(2);
  expect(measurement.buffers).toBeLessThan(20);
});

describe("values", () => {
  const [uuid, number] = ["c4ca4238-a0b9-2382-0dcc-509a6f75849b", 3];
  const given: [title: string, sql: string, values: unknown[], rows: number][] = [
    ["uuid", "SELECT FROM messages WHERE state = $1", [uuid], 10],
    ["timestamptz", "SELECT FROM messages WHERE sent_at < $1", ["2026-01-01T00:00:11Z"], 10],
    ["number and boolean", "SELECT FROM messages WHERE number = $1 AND $2", [number, true], 1],
    ["null", "SELECT FROM messages WHERE number IS NOT DISTINCT FROM $1", [null], 0],
    ["array", "SELECT FROM messages WHERE number = ANY ($1)", ["{1,2,3}"], 3],
    [
      "interval",
      "SELECT FROM messages WHERE sent_at < timestamptz '2026-01-01' + $1",
      ["00:00:05"],
      4,
    ],
    ["LIMIT", "SELECT FROM messages LIMIT $1", [4], 4],
  ];
  it.each(given)("given as %s", async (_type, sql, values, rows) => {
    expect((await measure({ sql, values })).rows).toBe(rows);
  });

  const columns = [
    "state",
    "sent_at",
    "number",
    "body",
    "ctid",
    "ARRAY[number]",
    "sent_at - timestamptz '2026-01-01'",
  ];
  it.each(columns)("found as %s, of which nothing is lost", async (column) => {
    const measurement = await measure({
      sql: `SELECT FROM messages WHERE ${column} = $1 AND id = $2`,
      sample: `SELECT ${column}, id AS "$1" FROM messages ORDER BY id LIMIT 2;`,
    });
    expect(measurement.rows).toBe(1);
  });

  it("are found anew, one set a run", async () => {
    await database.query(
      "CREATE TABLE chosen AS SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 900",
    );
    const query = {
      sql: "SELECT FROM messages WHERE number <= $1",
      sample: "SELECT n FROM chosen ORDER BY n",
      runs: 3,
    };
    expect((await measure(query)).rows).toBe(2);
    await database.query("UPDATE chosen SET n = n + 1");
    expect((await measure(query)).rows).toBe(3);
  });

  it("are never said", async () => {
    const measurement = await measure(STATE);
    const said = JSON.stringify([measurement, recorder.lines, recorder.statuses]);
    expect(said).not.toMatch(/[0-9a-f]{8}-/);
    expect(recorder.statuses).toContain('measuring "q": run 2 of 2');
  });

  it("that are not there leave the query unmeasured", async () => {
    expect(await measure({ ...STATE, sample: "SELECT state FROM messages WHERE false" })).toEqual({
      name: "q",
      planType: null,
      index: null,
      usesIndex: false,
      executionMs: null,
      rows: null,
      buffers: null,
      timedOut: false,
      runs: 0,
      note: "no rows to sample",
    });
  });
});

describe("a timeout", () => {
  it("leaves the plan and a lower bound", async () => {
    const measurement = await measure({
      sql: "SELECT *, pg_sleep(1) FROM messages WHERE state = $1 ORDER BY sent_at LIMIT 5",
      values: ["c4ca4238-a0b9-2382-0dcc-509a6f75849b"],
      timeout: "200ms",
    });
    expect(measurement).toMatchObject({
      planType: "Index Scan",
      index: "messages_state_idx",
      executionMs: 200,
      rows: null,
      timedOut: true,
      runs: 0,
    });
  });

  it("of the sample is told as such", async () => {
    const failure = await failureOf(
      measure({ ...STATE, sample: "SELECT state FROM messages, pg_sleep(1)", timeout: "200ms" }),
    );
    expect(failure.message).toMatch(
      /query "q" of index public.messages_state_idx: its sample did not end within 200 ms/,
    );
    expect(failure.message).toMatch(/add a LIMIT/);
  });
});

describe("refused by the server, with advice", () => {
  const cases: [title: string, query: object, message: RegExp][] = [
    [
      "a column that is not there",
      { sql: "SELECT nope FROM messages" },
      /query "q" of index public\.messages_state_idx: column "nope" does not exist[\s\S]*42703[\s\S]*fix: check the column's spelling/,
    ],
    [
      "a table that is not there",
      { sql: "SELECT * FROM nope" },
      /relation "nope" does not exist[\s\S]*searchPath/,
    ],
    ["a parameter of no type", { sql: "SELECT $1 IS NULL", values: [1] }, /\$1::uuid/],
    [
      "a function that writes",
      { sql: "SELECT nextval('counter')" },
      /it calls pg_catalog\.nextval/,
    ],
  ];
  it.each(cases)("%s", async (_title, query, message) => {
    await database.query("CREATE SEQUENCE IF NOT EXISTS counter");
    expect((await failureOf(measure(query))).message).toMatch(message);
  });

  it("a value of the wrong type, without the value", async () => {
    await database.query("CREATE TABLE patients AS SELECT 'Erika Mustermann' AS name");
    const failure = await failureOf(measure({ ...STATE, sample: "SELECT name FROM patients" }));
    expect(failure.message).toMatch(
      /the server refused a value[\s\S]*22P02[\s\S]*fix: check that sample returns/,
    );
    expect(`${failure.message} ${failure.stack} ${failure.cause}`).not.toMatch(/Mustermann/);
  });
});

it("stops the statement that runs when it is cancelled", async () => {
  const measuring = measure({ sql: "SELECT pg_sleep(20)", timeout: "30s" });
  await waitFor(async () => (await sleepers()) === 1);
  recorder.cancel();
  expect((await failureOf(measuring)).name).toBe("CancelledError");
  await waitFor(async () => (await sleepers()) === 0);
});

async function sleepers(): Promise<number> {
  return (
    await database.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' " +
        "AND query LIKE 'EXPLAIN%pg_sleep%'",
    )
  ).length;
}

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1_200; i += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("waited in vain");
}
