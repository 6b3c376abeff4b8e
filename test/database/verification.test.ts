// The provider of `Verification`, as Pulumi calls it.
import { randomBytes } from "node:crypto";
import type { ResourceProvider } from "@pulumi/pulumi/dynamic/index.js";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { measureQueries } from "../../providers/pgindex/src/engine/measure.ts";
import { parseServedQueries } from "../../providers/pgindex/src/engine/queries.ts";
import type { QueryMeasurement } from "../../providers/pgindex/src/engine/summary.ts";
import type { VerificationReport } from "../../providers/pgindex/src/engine/verification.ts";
import type { Runtime } from "../../providers/pgindex/src/provider/runtime.ts";
import { verificationProvider } from "../../providers/pgindex/src/provider/verificationProvider.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { failureOf, type Recorder, record, targetOf } from "../support/engine.ts";

const INDEX = { schema: "public", table: "orders", name: "orders_customer_idx" };
const BUILD = "CREATE INDEX orders_customer_idx ON orders (customer)";
const LOOKUP = {
  name: "orders of a customer",
  sql: "SELECT * FROM orders WHERE customer = $1",
  sample: "SELECT DISTINCT customer FROM orders WHERE customer > 5000 ORDER BY customer",
  runs: 3,
};
/** The sample, the warm-up and the runs. */
const SCANS_OF_LOOKUP = 5;

type Outputs = VerificationReport & Record<string, unknown>;

let database: TestDatabase;
/** Who measures: a superuser, whose measuring is not counted, but where a test says otherwise. */
let measuringUrl: string;
let recorder: Recorder;
let provider: Required<ResourceProvider>;
let before: QueryMeasurement[];
const roles: string[] = [];

beforeAll(async () => {
  database = await createDatabase();
  await database.query("CREATE TABLE orders (id int, customer int, note text)");
  await database.query(
    "INSERT INTO orders SELECT n, n, repeat('x', 60) FROM generate_series(1, 50000) AS n",
  );
  await database.query("CREATE TABLE empty (customer int)");
  await database.query("CREATE INDEX empty_idx ON empty (customer)");
  await database.query(
    "CREATE TABLE small AS SELECT n AS customer FROM generate_series(1, 20) AS n",
  );
  await database.query("CREATE INDEX small_idx ON small (customer)");
  await database.query("VACUUM ANALYZE");
});
afterAll(async () => {
  for (const role of roles) {
    await database.query(`DROP OWNED BY ${role}`);
    await database.query(`DROP ROLE ${role}`);
  }
  await database.drop();
});

beforeEach(async () => {
  measuringUrl = database.url;
  recorder = record();
  const runtime: Runtime = {
    target: () => targetOf(measuringUrl),
    context: () => recorder.ctx,
    run: (operation) => operation(),
    lostIndexes: async () => new Map(),
    configure: () => undefined,
  };
  provider = verificationProvider(runtime) as Required<ResourceProvider>;
  await database.query("DROP INDEX IF EXISTS orders_customer_idx");
  const parsed = await parseServedQueries("serves", [LOOKUP]);
  if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
  before = await measureQueries(runtime.target(), INDEX, parsed.value, recorder.ctx, ["public"]);
  await database.query(BUILD);
});

/** The inputs, as the constructor of the resource sends them. */
function inputs(change: object = {}): Record<string, unknown> {
  return {
    ...INDEX,
    definition: BUILD,
    builtAt: "2026-01-01T00:00:00.000Z",
    validSince: "2026-01-01T00:00:00.000Z",
    before,
    served: [LOOKUP],
    __urn: "urn:pulumi:x",
    __provider: "text",
    ...change,
  };
}

/** check, then create, as Pulumi does; everything must survive as JSON. */
async function create(change: object = {}): Promise<Outputs> {
  const checked = await provider.check({}, inputs(change));
  expect(checked.failures ?? []).toEqual([]);
  const { outs } = await provider.create({ ...checked.inputs, __provider: "text" });
  expect(JSON.parse(JSON.stringify(outs))).toEqual(
    Object.fromEntries(Object.entries(outs).filter(([, value]) => value !== undefined)),
  );
  return outs;
}

async function refresh(outputs: Outputs): Promise<Outputs> {
  const { props } = await provider.read("public.orders_customer_idx", outputs);
  return props;
}

/** Scans by an application, counted as soon as its session has ended. */
async function traffic(scans: number): Promise<void> {
  const client = await database.connect();
  for (let i = 0; i < scans; i += 1)
    await client.query("SELECT * FROM orders WHERE customer = $1", [i]);
  await client.end();
  await countersSettle();
}

/** A role that may read, and has no say in what the server counts. Dropped with the database's other roles. */
async function ordinaryRole(): Promise<string> {
  const role = `reader_${randomBytes(4).toString("hex")}`;
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'reads'`);
  await database.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`);
  roles.push(role);
  const url = new URL(database.url);
  url.username = role;
  url.password = "reads";
  return url.href;
}

/** Until 14 a collector wrote the counters down, twice a second. */
async function countersSettle(): Promise<void> {
  const wait = inject("server").versionNumber < 150_000 ? 1_100 : 200;
  await new Promise((resolve) => setTimeout(resolve, wait));
}

describe("outputs", () => {
  it("show each query before and after, and the counters", async () => {
    const outputs = await create({ served: [{ ...LOOKUP, expect: { minimumRatio: 2 } }] });
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
    expect(Math.abs(Date.parse(outputs.verifiedAt) - Date.now())).toBeLessThan(60_000);
    expect(recorder.lines).toEqual([]);
  });

  it("hold no value that was sampled, and stay small", async () => {
    const text = JSON.stringify(await create());
    expect(text).not.toMatch(/500[12]/);
    expect(text.length).toBeLessThan(2_500);
  });

  it("go through a refresh, inputs and all", async () => {
    const outputs = await create();
    const { id, inputs: read, props } = await provider.read("public.orders_customer_idx", outputs);
    expect(id).toBe("public.orders_customer_idx");
    const { __provider, ...sent } = inputs();
    expect(read).toEqual(sent);
    expect(await provider.diff(id ?? "", props, inputs())).toEqual({ changes: false });
  });

  it("of another release, or of a create that failed, are left alone", async () => {
    expect(await provider.read("id", { schemaVersion: 0 })).toEqual({
      id: "id",
      props: { schemaVersion: 0 },
    });
  });
});

describe("our own scans", () => {
  const queries: [title: string, query: object][] = [
    ["one a run", {}],
    [
      "one for each value of = ANY",
      { sql: "SELECT * FROM orders WHERE customer = ANY (ARRAY[$1::int, 2, 20000])" },
    ],
    [
      "the planner's, for the extremes of a column",
      { sql: "SELECT * FROM orders WHERE customer > $1", sample: "VALUES (49990)" },
    ],
    ["those of the sample", { sample: "SELECT customer FROM orders WHERE customer = 7" }],
    [
      "a nested loop's",
      {
        sql: "SELECT * FROM generate_series(1, $1) AS n JOIN orders ON customer = n",
        sample: "VALUES (10)",
      },
    ],
    [
      "of runs that time out",
      { sql: "SELECT pg_sleep(1) FROM orders WHERE customer = $1", timeout: "100ms" },
    ],
    [
      "of a query that the server refuses",
      { sql: "SELECT 1 / (customer - $1) FROM orders WHERE customer = $1" },
    ],
  ];
  it.each(queries)("%s: none is counted", async (_title, change) => {
    const outputs = await refresh(await createLeniently({ ...LOOKUP, ...change }));
    expect(outputs.usage).toMatchObject({ scans: 0, ownScans: 0, trafficScans: 0, isExact: true });
    expect(outputs.usage.tuplesRead).toBe(0);
  });

  it.each(queries)("%s, of a role whose scans are counted", async (_title, change) => {
    measuringUrl = await ordinaryRole();
    const outputs = await refresh(await createLeniently({ ...LOOKUP, ...change }));
    expect(outputs.usage.scans).toBeGreaterThan(0);
    expect(outputs.usage).toMatchObject({ ownScans: outputs.usage.scans, trafficScans: 0 });
  });

  it.each([
    ["none are counted", false],
    ["rather too many than too few, of a role whose scans are counted", true],
  ])("those of parallel workers: %s", async (_title, areCounted) => {
    if (areCounted) measuringUrl = await ordinaryRole();
    const forced = [
      "parallel_setup_cost = 0",
      "parallel_tuple_cost = 0",
      "min_parallel_index_scan_size = 0",
      "min_parallel_table_scan_size = 0",
      "enable_seqscan = off",
      "enable_bitmapscan = off",
    ];
    for (const setting of forced)
      await database.query(`ALTER DATABASE ${database.name} SET ${setting}`);
    const outputs = await create({
      served: [
        {
          ...LOOKUP,
          sql: "SELECT count(note) FROM orders WHERE customer BETWEEN $1 AND 49000",
          sample: "VALUES (1)",
        },
      ],
    });
    await database.query(`ALTER DATABASE ${database.name} RESET ALL`);
    expect(outputs.queries[0]?.planType).toBe("Index Scan");
    expect(outputs.usage.scans > 0).toBe(areCounted);
    expect(outputs.usage.ownScans).toBeGreaterThanOrEqual(outputs.usage.scans);
  });

  it("of a refresh whose results nobody keeps, as of its preview, are no traffic", async () => {
    const first = await create();
    await refresh(first);
    await refresh(first);
    await traffic(3);
    expect((await refresh(first)).usage).toMatchObject({ trafficScans: 3, isExact: true });
  });

  it("of such a refresh are allowed for where they are counted", async () => {
    measuringUrl = await ordinaryRole();
    const first = await create();
    expect(first.usage).toMatchObject({ trafficScans: 0, isExact: true });
    await refresh(first);
    await traffic(30);
    const kept = await refresh(first);
    expect(kept.usage).toMatchObject({ trafficScans: 30, isExact: false });
    await traffic(30);
    // There was no such refresh this time, which nobody can know.
    const again = await refresh(kept);
    expect(again.usage).toMatchObject({ trafficScans: 60 - SCANS_OF_LOOKUP, isExact: false });
  });

  it.each([
    ["GRANT SET ON PARAMETER track_counts TO", 150_000],
    ["ALTER ROLE … SET track_counts = off", 0],
  ])("are not counted of a role that has %s", async (grant, since) => {
    if (inject("server").versionNumber < since) return;
    measuringUrl = await ordinaryRole();
    const role = new URL(measuringUrl).username;
    await database.query(grant.includes("…") ? grant.replace("…", role) : `${grant} ${role}`);
    const { usage } = await refresh(await create());
    expect(usage).toMatchObject({ scans: 0, ownScans: 0, isExact: true });
    if (since > 0) await database.query(`REVOKE SET ON PARAMETER track_counts FROM ${role}`);
  });

  /** A query that fails at `create` is only reported by `read`, with the outputs of one that does not. */
  async function createLeniently(query: object): Promise<Outputs> {
    return { ...(await create()), served: [query] };
  }
});

describe("traffic", () => {
  it("is what others have scanned, over several refreshes", async () => {
    const first = await create();
    await traffic(7);
    const second = await refresh(first);
    expect(second.usage).toMatchObject({ trafficScans: 7, ownScans: 0 });
    await traffic(2);
    const third = await refresh(second);
    expect(third.usage).toMatchObject({ trafficScans: 9, scans: 9 });
  });

  it("begins again when the counters are reset", async () => {
    const first = await create();
    await traffic(20);
    await database.query("SELECT pg_stat_reset()");
    await countersSettle();
    const second = await refresh(first);
    expect(second.usage.statsReset).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    await traffic(3);
    const third = await refresh(await refresh(second));
    expect(third.usage.trafficScans).toBe(3);
  });

  it("begins again with another index, and goes on when only a query changes", async () => {
    const first = await create();
    await traffic(5);
    const update = async (change: object) =>
      (await provider.update("id", first, inputs(change))).outs as Outputs;
    expect((await update({ served: [{ ...LOOKUP, runs: 1 }] })).usage.trafficScans).toBe(5);
    await database.query("DROP INDEX orders_customer_idx");
    await database.query(BUILD);
    const rebuilt = await update({ builtAt: "2027-01-01T00:00:00.000Z" });
    expect(rebuilt.usage).toMatchObject({ trafficScans: 0, scans: 0 });
  });
});

describe("an index that is not as it should be", () => {
  it("is reported by a refresh when it is gone", async () => {
    const outputs = await create();
    await database.query("DROP INDEX orders_customer_idx");
    expect(await refresh(outputs)).toMatchObject({
      valid: false,
      ok: false,
      problems: ["there is no index public.orders_customer_idx; run pulumi refresh and pulumi up"],
      usage: { scans: 0, trafficScans: 0, sizeBytes: 0 },
      queries: [{ usesIndex: false, executionMs: null, note: "the index is not there" }],
    });
    expect(recorder.lines[0]).toMatch(/^warning: there is no index/);
  });

  it("is reported when it is INVALID, with the plan without it", async () => {
    const outputs = await create();
    await database.query(
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_customer_idx'::regclass",
    );
    const found = await refresh(outputs);
    expect(found).toMatchObject({ valid: false, ok: false, queries: [{ planType: "Seq Scan" }] });
    expect(found.problems[0]).toMatch(/is INVALID: no query uses it/);
  });
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
    const outputs = await create(SMALL);
    expect(outputs).toMatchObject({ valid: true, ok: false });
    expect(recorder.lines).toHaveLength(1);
    expect(recorder.lines[0]).toMatch(
      /^warning: query "orders of a customer" of public\.small_idx: expected a plan using public\.small_idx, found Seq Scan; .*enable_seqscan=off: yes/,
    );
  });

  it("say when the index is of no use to the query", async () => {
    const served = [{ name: "by note", sql: "SELECT * FROM orders WHERE note = 'y'" }];
    const outputs = await create({ served });
    expect(outputs.queries[0]?.problems[0]).toMatch(/enable_seqscan=off: no/);
  });

  it("as errors make Pulumi record the resource and try again", async () => {
    const failure = await failureOf(create({ ...SMALL, onFailedExpectation: "error" }));
    expect(failure).toMatchObject({
      id: "public.small_idx",
      properties: { ok: false, __provider: "text", onFailedExpectation: "error" },
      reasons: [expect.stringMatching(/found Seq Scan/)],
    });
    expect(failure.message).toMatch(/does not do what is expected of it/);
    const { properties } = failure as Error & { properties: Outputs };
    expect(await refresh(properties)).toMatchObject({ ok: false });
  });

  it("cannot be met by an empty table", async () => {
    const outputs = await create({
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
    expect(recorder.lines[0]).toMatch(/not measured: no rows to sample/);
  });

  it("of a query that the server refuses are an error, and a report in a refresh", async () => {
    const served = [{ name: "typo", sql: "SELECT nope FROM orders" }, LOOKUP];
    const failure = await failureOf(create({ served }));
    expect(failure.message).toMatch(/query "typo".*column "nope" does not exist/);
    expect(failure).not.toHaveProperty("id");
    const found = await refresh({ ...(await create()), served });
    expect(found.queries[0]?.problems[0]).toMatch(/column "nope" does not exist/);
    expect(found.queries[1]).toMatchObject({ ok: true });
  });

  it("are nothing to worry about without a query", async () => {
    expect(await create({ served: [] })).toMatchObject({ queries: [], ok: true });
  });
});
