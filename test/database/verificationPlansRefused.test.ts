// What becomes of queries that the server refuses, or that take too long.
import { describe, expect, it } from "vitest";
import { failureOf } from "../support/engine/engine.ts";
import { STATE, useMeasuring } from "../support/engine/measuring.ts";

const m = useMeasuring();

describe("a timeout", () => {
  it("leaves the plan and a lower bound", async () => {
    const measurement = await m.measure({
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
      m.measure({ ...STATE, sample: "SELECT state FROM messages, pg_sleep(1)", timeout: "200ms" }),
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
    await m.database.query("CREATE SEQUENCE IF NOT EXISTS counter");
    expect((await failureOf(m.measure(query))).message).toMatch(message);
  });

  it("a value of the wrong type, without the value", async () => {
    await m.database.query("CREATE TABLE patients AS SELECT 'Erika Mustermann' AS name");
    const failure = await failureOf(m.measure({ ...STATE, sample: "SELECT name FROM patients" }));
    expect(failure.message).toMatch(
      /the server refused a value[\s\S]*22P02[\s\S]*fix: check that sample returns/,
    );
    expect(`${failure.message} ${failure.stack} ${failure.cause}`).not.toMatch(/Mustermann/);
  });
});

it("stops the statement that runs when it is cancelled", async () => {
  const measuring = m.measure({ sql: "SELECT pg_sleep(20)", timeout: "30s" });
  await waitFor(async () => (await sleepers()) === 1);
  m.recorder.cancel();
  expect((await failureOf(measuring)).name).toBe("CancelledError");
  await waitFor(async () => (await sleepers()) === 0);
});

async function sleepers(): Promise<number> {
  return (
    await m.database.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' " +
        "AND query LIKE 'EXPLAIN%pg_sleep%'",
    )
  ).length;
}

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 100; i += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("waited in vain");
}
