import { beforeAll, describe, expect, it } from "vitest";
import { failureOf } from "../support/engine/engine.ts";
import { until } from "../support/engine/engineDatabase.ts";
import { LOOKUP, type Outputs, useVerifying } from "../support/engine/verifying.ts";

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
    expect(await v.provider.diff(id ?? "", props, v.inputs())).toEqual({ changes: false });
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

it("an index of that name on another table is not the one that was built", async () => {
  const outputs = await v.create({ table: "small", served: [] });
  expect(outputs).toMatchObject({ valid: false, ok: false });
  expect(outputs.problems[0]).toBe(
    "public.orders_customer_idx is on table orders; run pulumi refresh and pulumi up",
  );
});

describe("expectations", () => {
  const SMALL = {
    schema: "public",
    table: "small",
    name: "small_idx",
    before: null,
    served: [{ ...LOOKUP, sql: "SELECT * FROM small WHERE customer = $1", sample: "VALUES (1)" }],
  };

  it("warn by default, and say whether the index could be used", async () => {
    const outputs = await v.create(SMALL);
    expect(outputs).toMatchObject({ valid: true, ok: false });
    expect(v.recorder.lines).toHaveLength(1);
    expect(v.recorder.lines[0]).toMatch(
      /^warning: query "orders of a customer" of public\.small_idx: expected a plan using public\.small_idx, found Seq Scan; .*enable_seqscan=off: yes/,
    );
  });

  it("say when the index is of no use to the query", async () => {
    const served = [{ name: "by note", sql: "SELECT * FROM orders WHERE note = 'y'" }];
    const outputs = await v.create({ served });
    expect(outputs.queries[0]?.problems[0]).toMatch(/enable_seqscan=off: no/);
  });

  it("as errors make Pulumi record the resource and try again", async () => {
    const failure = await failureOf(v.create({ ...SMALL, onFailedExpectation: "error" }));
    expect(failure).toMatchObject({
      id: "public.small_idx",
      properties: { ok: false, __provider: "text", onFailedExpectation: "error" },
      reasons: [expect.stringMatching(/found Seq Scan/)],
    });
    expect(failure.message).toMatch(/does not meet its expectations/);
    const { properties } = failure as Error & { properties: Outputs };
    expect(await v.refresh(properties)).toMatchObject({ ok: false });
  });

  it("cannot be met by an empty table", async () => {
    const outputs = await v.create({
      ...SMALL,
      table: "empty",
      name: "empty_idx",
      served: [
        {
          ...LOOKUP,
          sql: "SELECT FROM empty WHERE customer = $1",
          sample: "SELECT customer FROM empty",
        },
      ],
    });
    expect(outputs.queries[0]).toMatchObject({
      executionMs: null,
      ratio: null,
      note: "no rows to sample",
      ok: false,
    });
    expect(v.recorder.lines[0]).toMatch(/not measured: no rows to sample/);
  });

  it("of a query that the server refuses are an error, and a report in a refresh", async () => {
    const served = [{ name: "typo", sql: "SELECT nope FROM orders" }, LOOKUP];
    const failure = await failureOf(v.create({ served }));
    expect(failure.message).toMatch(/query "typo".*column "nope" does not exist/);
    expect(failure).not.toHaveProperty("id");
    const found = await v.refresh({ ...(await v.create()), served });
    expect(found.queries[0]?.problems[0]).toMatch(/column "nope" does not exist/);
    expect(found.queries[1]).toMatchObject({ ok: true });
  });

  it("of a session that is ended from outside are nothing that the query is to blame for", async () => {
    const slow = { name: "slow", sql: "SELECT pg_sleep(60)" };
    const endedWhile = async (served: readonly object[]) => {
      const failing = failureOf(v.create({ served }));
      await until("the measuring session is ended", () =>
        v.database
          .query(
            `SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
              AND pid <> pg_backend_pid()
              AND query LIKE 'EXPLAIN%pg_sleep%' AND state = 'active'
              AND pg_terminate_backend(pid)`,
          )
          .then(([row]) => row),
      );
      return (await failing).message;
    };
    expect(await endedWhile([slow])).toMatch(
      /query "slow".*terminating connection.*\n.*57P01.*\n +fix: run pulumi up again/,
    );
    expect(await endedWhile([slow, LOOKUP])).not.toMatch(/orders of a customer/);
  });

  it("are nothing to worry about without a query", async () => {
    expect(await v.create({ served: [] })).toMatchObject({ queries: [], ok: true });
  });
});
