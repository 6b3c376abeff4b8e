// What a measurement reads from real plans.
import { describe, expect, it } from "vitest";
import { INDEX, STATE, useMeasuring } from "../support/engine/measuring.ts";

const m = useMeasuring();

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
    const measurement = await m.measure(query);
    expect(measurement).toMatchObject({ planType, index, runs: 2, timedOut: false });
    expect(measurement.usesIndex).toBe(index === INDEX.name);
    expect(measurement.executionMs).toBeGreaterThan(0);
  });

  it("of most runs, where it depends on the values", async () => {
    const measurement = await m.measure({
      sql: "SELECT sum(length(body)) FROM messages WHERE number <= $1",
      sample: "VALUES (20000), (5), (6)",
      runs: 3,
    });
    expect(measurement.planType).not.toBe("Seq Scan");
    expect(measurement.note).toMatch(/^the plan depends on the values: .* in 2, Seq Scan in 1$/);
  });

  it("of a partition's index is not ours in another schema", async () => {
    const measurement = await m.measure(STATE, { ...INDEX, schema: "other" });
    expect(measurement).toMatchObject({ planType: null, usesIndex: false });
  });
});

it("counts rows and pages", async () => {
  const measurement = await m.measure(STATE);
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
    expect((await m.measure({ sql, values })).rows).toBe(rows);
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
    const measurement = await m.measure({
      sql: `SELECT FROM messages WHERE ${column} = $1 AND id = $2`,
      sample: `SELECT ${column}, id AS "$1" FROM messages ORDER BY id LIMIT 2;`,
    });
    expect(measurement.rows).toBe(1);
  });

  it("are found anew, one set a run", async () => {
    await m.database.query(
      "CREATE TABLE chosen AS SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 900",
    );
    const query = {
      sql: "SELECT FROM messages WHERE number <= $1",
      sample: "SELECT n FROM chosen ORDER BY n",
      runs: 3,
    };
    expect((await m.measure(query)).rows).toBe(2);
    await m.database.query("UPDATE chosen SET n = n + 1");
    expect((await m.measure(query)).rows).toBe(3);
  });

  it("are never said", async () => {
    const measurement = await m.measure(STATE);
    const said = JSON.stringify([measurement, m.recorder.lines, m.recorder.statuses]);
    expect(said).not.toMatch(/[0-9a-f]{8}-/);
    expect(m.recorder.statuses).toContain('measuring "q": run 2 of 2');
  });

  it("that are not there leave the query unmeasured", async () => {
    expect(await m.measure({ ...STATE, sample: "SELECT state FROM messages WHERE false" })).toEqual(
      {
        name: "q",
        planType: null,
        index: null,
        usesIndex: false,
        executionMs: null,
        rows: null,
        buffers: null,
        timedOut: false,
        runs: 0,
        note: "no rows to sample: its sample finds none: correct it, or give values",
      },
    );
  });
});
