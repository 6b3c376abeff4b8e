import { beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/engine/engineDatabase.ts";
import { BUILD, LOOKUP, useVerifying } from "../support/engine/verifying.ts";

const v = useVerifying();

beforeAll(async () => {
  await v.database.query("CREATE TABLE empty (customer int)");
  await v.database.query("CREATE INDEX empty_idx ON empty (customer)");
  await v.database.query(
    "CREATE TABLE small AS SELECT n AS customer FROM generate_series(1, 20) AS n",
  );
  await v.database.query("CREATE INDEX small_idx ON small (customer)");
  await v.database.query("VACUUM ANALYZE");
});

describe("outputs", () => {
  it("show each query before and after, and the counters", async () => {
    const [{ from } = {}] = await v.database.query("SELECT clock_timestamp()::text AS from");
    const outputs = await v.create({ served: [{ ...LOOKUP, expect: { minimumRatio: 2 } }] });
    expect(outputs).toMatchObject({
      schemaVersion: 1,
      index: "public.orders_customer_idx",
      valid: true,
      ok: true,
      problems: [],
      usage: { tuplesRead: 0, tuplesFetched: 0, trafficScans: 0 },
    });
    const [query] = outputs.queries;
    expect(query).toMatchObject({
      name: "orders of a customer",
      planType: "Index Scan",
      index: "orders_customer_idx",
      usesIndex: true,
      rows: 1,
      timedOut: false,
      runs: 3,
      before: { planType: "Seq Scan", rows: 1 },
      ok: true,
      problems: [],
    });
    expect(query?.ratio).toBeGreaterThan(2);
    expect(query?.before?.buffers).toBeGreaterThan(query?.buffers ?? Number.POSITIVE_INFINITY);
    const { verifiedAt } = outputs;
    // Down to milliseconds.
    const clock =
      "SELECT $1::timestamptz + interval '1 ms' > $2 AND $1 <= clock_timestamp() AS lies";
    expect(await v.database.query(clock, [verifiedAt, from])).toEqual([{ lies: true }]);
    expect(v.recorder.lines).toEqual([]);
  });

  it("hold no value that was sampled, and stay small", async () => {
    const text = JSON.stringify(await v.create());
    expect(text).not.toMatch(/500[12]/);
    expect(text.length).toBeLessThan(2_500);
  });

  it("go through a refresh, inputs and all", async () => {
    const outputs = await v.create();
    const {
      id,
      inputs: read,
      props,
    } = await v.provider.read("public.orders_customer_idx", outputs);
    expect(id).toBe("public.orders_customer_idx");
    const { __provider, ...sent } = v.inputs();
    expect(read).toEqual(sent);
    // The SDK adds the provider to what is stored.
    const stored = { ...props, __provider };
    expect(await v.provider.diff(id ?? "", stored, v.inputs())).toEqual({ changes: false });
  });

  it("of another release, or of a create that failed, are left alone", async () => {
    expect(await v.provider.read("id", { schemaVersion: 0 })).toEqual({
      id: "id",
      props: { schemaVersion: 0 },
    });
  });
});

it("a query that cannot even be planned in time is told, with no plan", async () => {
  await v.database.query(`CREATE FUNCTION slow() RETURNS int IMMUTABLE LANGUAGE plpgsql
    AS $$ BEGIN PERFORM pg_sleep(10); RETURN 1; END $$`);
  const served = { name: "slow", sql: "SELECT * FROM orders WHERE customer = slow()" };
  const { queries } = await v.create({ served: [{ ...served, timeout: "100ms" }] });
  expect(queries).toMatchObject([
    { planType: null, index: null, usesIndex: false, executionMs: 100, timedOut: true, runs: 0 },
  ]);
  expect(queries[0]?.problems[1]).toMatch(/did not end within its timeout .* \(plan unknown\)/);
});

describe("an index that is not as it should be", () => {
  it.each([
    ["as its Index has recorded it", "customer pg_catalog.int4_ops", true],
    ["redefined outside", "id pg_catalog.int4_ops", false],
  ])("is compared with what its Index has recorded: %s", async (_, columns, isSame) => {
    const { problems } = await v.create({ canonical: { accessMethod: "btree", columns } });
    const told = problems.filter((problem) => problem.includes("was redefined outside"));
    expect(told).toEqual(
      isSame ? [] : [expect.stringMatching(/: columns: declared id .*; run pulumi up$/)],
    );
  });

  it("is reported by a refresh when it is gone", async () => {
    const outputs = await v.create();
    await v.database.query("DROP INDEX orders_customer_idx");
    expect(await v.refresh(outputs)).toMatchObject({
      valid: false,
      ok: false,
      problems: [
        "index public.orders_customer_idx does not exist; run pulumi refresh and pulumi up",
      ],
      usage: { scans: 0, trafficScans: 0, sizeBytes: 0 },
      queries: [{ usesIndex: false, executionMs: null, note: "the index does not exist" }],
    });
    expect(v.recorder.lines[0]).toMatch(/^warning: index public\.\w+ does not exist/);
  });

  it("is reported when it is INVALID, with the plan without it", async () => {
    const outputs = await v.create();
    await v.database.query(
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_customer_idx'::regclass",
    );
    const found = await v.refresh(outputs);
    expect(found).toMatchObject({ valid: false, ok: false, queries: [{ planType: "Seq Scan" }] });
    expect(found.problems[0]).toMatch(/is INVALID: no query uses it/);
  });
});

it("an index that becomes another one while it is measured proves nothing", async () => {
  const slow = { ...LOOKUP, sql: `${LOOKUP.sql} AND pg_sleep(0.4) IS NOT NULL`, runs: 2 };
  const creating = v.create({ served: [slow] });
  await until("it is measured", async () => {
    const rows = await v.database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
          AND query LIKE 'EXPLAIN%pg_sleep(0.4)%'`,
    );
    return rows.length > 0;
  });
  await v.database.query("DROP INDEX orders_customer_idx");
  await v.database.query(BUILD);
  const outputs = await creating;
  expect(outputs).toMatchObject({ valid: false, ok: false, found: null });
  expect(outputs.problems).toEqual([expect.stringMatching(/became another one while it was/)]);
});

it("an index of that name on another table is not the one that was built", async () => {
  const outputs = await v.create({ table: "small", served: [] });
  expect(outputs).toMatchObject({ valid: false, ok: false });
  expect(outputs.problems[0]).toBe(
    "public.orders_customer_idx is on table orders; run pulumi refresh and pulumi up",
  );
});
