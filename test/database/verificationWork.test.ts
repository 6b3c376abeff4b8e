// A verification that says ok has seen the index work: not stood in a plan, not read nothing.
import { beforeAll, describe, expect, it } from "vitest";
import { type Outputs, useVerifying } from "../support/engine/verifying.ts";

const v = useVerifying();

beforeAll(async () => {
  await v.database.query(`
    CREATE TABLE jobs (id int, recent boolean, customer int, note text);
    INSERT INTO jobs SELECT n, n % 1000 = 0, n, repeat('x', 60) FROM generate_series(1, 50000) n;
    CREATE INDEX jobs_recent_idx ON jobs (id) WHERE recent;
    CREATE INDEX jobs_customer_idx ON jobs (customer);
    CREATE TABLE empty (customer int);
    CREATE INDEX empty_idx ON empty (customer);
    CREATE TABLE events (id int, at int) PARTITION BY RANGE (at);
    CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (1000);
    CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (1000) TO (100000);
    INSERT INTO events SELECT n, n FROM generate_series(1, 50000) n;
    CREATE INDEX events_2_idx ON events_2 (id);`);
  await v.database.query("VACUUM ANALYZE");
});

async function verify(query: object, index: object = {}): Promise<Outputs> {
  return v.create({ before: null, served: [{ name: "q", runs: 2, ...query }], ...index });
}

const JOBS = { table: "jobs", name: "jobs_customer_idx" };

describe("is not ok", () => {
  const cases: [title: string, query: object, index: object, problem: RegExp][] = [
    [
      "where no run read a row",
      { sql: "SELECT * FROM orders WHERE customer = $1", values: [-1] },
      {},
      /read no row.*give values.*that exist/,
    ],
    [
      "where the node of the index never ran",
      {
        sql:
          "SELECT (SELECT count(*) FROM orders WHERE customer > 0), " +
          "CASE WHEN $1 > now() THEN (SELECT count(*) FROM orders WHERE customer = 7) END",
        values: ["2000-01-01"],
      },
      {},
      /never ran|found Seq Scan|found Index Only Scan/,
    ],
    [
      "where an outer side without rows kept it from running",
      {
        sql: "SELECT * FROM empty e JOIN orders o USING (customer) WHERE e.customer > $1",
        values: [0],
      },
      {},
      /never ran|no scan|read no row/,
    ],
    [
      "where the table is read by a Seq Scan and the index is asked for a trifle",
      {
        sql:
          "SELECT count(*) FROM orders WHERE note LIKE $1 " +
          "UNION ALL SELECT count(*) FROM orders WHERE customer = 7",
        values: ["%y%"],
      },
      {},
      /Seq Scan.*did \d.*% of/,
    ],
    [
      "where another index does the work and ours answers with an empty arm of an OR",
      {
        sql: "SELECT count(note) FROM jobs WHERE customer < $1 OR id = -1 AND recent",
        values: [400],
      },
      { table: "jobs", name: "jobs_recent_idx" },
      /did 0 % of|found .*jobs_customer_idx|found Seq Scan/,
    ],
    [
      "where nothing was measured before and a ratio is expected",
      {
        sql: "SELECT * FROM orders WHERE customer = $1",
        values: [7],
        expect: { minimumRatio: 2 },
      },
      {},
      /expected to be 2 times faster than before, but nothing was measured before the build/,
    ],
    [
      "where the table is empty",
      { sql: "SELECT * FROM empty WHERE customer = $1", values: [7], expect: { usesIndex: true } },
      { table: "empty", name: "empty_idx" },
      /public\.empty is empty|found Seq Scan/,
    ],
  ];
  it.each(cases)("%s", async (_title, query, index, problem) => {
    const outputs = await verify(query, index);
    expect(outputs.queries[0]?.problems.join("\n")).toMatch(problem);
    expect(outputs).toMatchObject({ valid: true, ok: false });
  });

  it("where a partition that holds the rows was detached, which is named", async () => {
    await v.database.query("ALTER TABLE events DETACH PARTITION events_2");
    const outputs = await verify(
      { sql: "SELECT * FROM events WHERE id = $1", values: [42_000] },
      { table: "events_2", name: "events_2_idx" },
    );
    await v.database.query(
      "ALTER TABLE events ATTACH PARTITION events_2 FOR VALUES FROM (1000) TO (100000)",
    );
    expect(outputs.ok).toBe(false);
    expect(outputs.queries[0]?.problems.join("\n")).toMatch(
      /public\.events_2 is not a partition of public\.events/,
    );
  });
});

describe("is ok", () => {
  const cases: [title: string, query: object, index: object][] = [
    [
      "where only some values find a row",
      {
        sql: "SELECT * FROM orders WHERE customer = $1",
        sample: "SELECT n FROM (VALUES (-1), (7)) AS s (n) ORDER BY n",
      },
      {},
    ],
    [
      "where the inner side of a join found less than a row a loop",
      {
        sql: "SELECT * FROM generate_series(49999, 50010, $1::int) AS n JOIN orders ON customer = n",
        values: [1],
      },
      {},
    ],
    [
      "where a parallel scan is by the index",
      { sql: "SELECT count(*) FROM orders WHERE customer BETWEEN $1 AND 300", values: [1] },
      {},
    ],
    [
      "where small partitions are rightly read without it",
      { sql: "SELECT * FROM events WHERE id = $1", values: [42_000] },
      { table: "events_2", name: "events_2_idx" },
    ],
    ["where nothing is asked", { sql: "SELECT 1", expect: { usesIndex: false } }, {}],
  ];
  it.each(cases)("%s", async (_title, query, index) => {
    const outputs = await verify(query, index);
    expect(outputs.queries[0]?.problems).toEqual([]);
    expect(outputs.ok).toBe(true);
  });
});

describe("the plan that prepared statements get", () => {
  const RECENT = { table: "jobs", name: "jobs_recent_idx" };

  it("is said where a partial index serves known values only", async () => {
    const query = { sql: "SELECT * FROM jobs WHERE id = $1 AND recent = $2", values: [7000, true] };
    const outputs = await verify(query, RECENT);
    expect(outputs.queries[0]).toMatchObject({
      usesIndex: true,
      genericPlan: { planType: "Seq Scan", usesIndex: false },
    });
    const said = [outputs.queries[0]?.note, ...(outputs.queries[0]?.problems ?? [])].join("\n");
    expect(said).toMatch(/generic plan.*Seq Scan/);
  });

  it("is not ok where the application's settings force it", async () => {
    const { name } = v.database;
    await v.database.query(`ALTER DATABASE ${name} SET plan_cache_mode = force_generic_plan`);
    const query = { sql: "SELECT * FROM jobs WHERE id = $1 AND recent = $2", values: [7000, true] };
    const outputs = await verify(query, RECENT);
    await v.database.query(`ALTER DATABASE ${name} RESET plan_cache_mode`);
    expect(outputs.ok).toBe(false);
    expect(outputs.queries[0]?.problems.join("\n")).toMatch(/generic plan/);
  });

  it("is never taken where the application's settings forbid it", async () => {
    const { name } = v.database;
    await v.database.query(`ALTER DATABASE ${name} SET plan_cache_mode = force_custom_plan`);
    const query = { sql: "SELECT * FROM jobs WHERE id = $1 AND recent = $2", values: [7000, true] };
    const outputs = await verify(query, RECENT);
    await v.database.query(`ALTER DATABASE ${name} RESET plan_cache_mode`);
    expect(outputs).toMatchObject({ ok: true, queries: [{ genericPlan: { isChosen: false } }] });
  });

  it("is the same for a plain lookup, and is not asked for without parameters", async () => {
    const lookup = { sql: "SELECT * FROM jobs WHERE customer = $1", values: [7] };
    expect((await verify(lookup, JOBS)).queries[0]).toMatchObject({
      genericPlan: { planType: "Index Scan", usesIndex: true },
      note: null,
    });
    const constant = { sql: "SELECT * FROM jobs WHERE customer = 7" };
    expect((await verify(constant, JOBS)).queries[0]).toMatchObject({
      genericPlan: null,
      ok: true,
    });
  });

  it.each([
    [
      "of every type",
      "SELECT * FROM jobs WHERE customer = $1 AND note <> $2 AND $3",
      [7, "", true],
    ],
    ["of an array", "SELECT * FROM jobs WHERE customer = ANY ($1)", ["{7,8}"]],
    ["after a comment", "/* hint */ SELECT * FROM jobs WHERE customer = $1", [7]],
  ])("takes parameters %s", async (_title, sql, values) => {
    expect((await verify({ sql, values }, JOBS)).queries[0]).toMatchObject({
      genericPlan: { usesIndex: true },
      ok: true,
    });
  });
});
