// A partitioned index has no counters and stands in no plan: its partitions' indexes do.
import { beforeAll, describe, expect, it } from "vitest";
import { measureQueries } from "../../providers/pgindex/src/engine/measure/measure.ts";
import { parseServedQueries } from "../../providers/pgindex/src/engine/measure/servedQueries.ts";
import { targetOf } from "../support/engine/engine.ts";
import { countersSettle, type Outputs, useVerifying } from "../support/engine/verifying.ts";

const v = useVerifying();
const INDEX = { schema: "public", table: "events", name: "events_customer_idx" };
const LOOKUP = {
  name: "events of a customer",
  sql: "SELECT * FROM events WHERE customer = $1",
  sample: "VALUES (7), (42007)",
  runs: 2,
};
/**
 * One of the two by hash is pruned. The default one is empty: the planner may or may not use the
 * index there.
 */
const SCANNED = 2;

beforeAll(async () => {
  await v.database.query(`
    CREATE SCHEMA archive;
    CREATE TABLE events (id int, customer int, note text) PARTITION BY RANGE (id);
    CREATE TABLE archive.events_1 PARTITION OF events FOR VALUES FROM (0) TO (20000);
    CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (20000) TO (50000)
    PARTITION BY HASH (customer);
    CREATE TABLE events_2a PARTITION OF events_2 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
    CREATE TABLE events_2b PARTITION OF events_2 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
    CREATE TABLE events_rest PARTITION OF events DEFAULT;
    INSERT INTO events SELECT n, n, repeat('x', 60) FROM generate_series(1, 49999) AS n;
    ANALYZE;`);
});

async function create(change: object = {}): Promise<Outputs> {
  return v.create({ ...INDEX, served: [LOOKUP], before: [], ...change });
}

async function measureBefore(): Promise<readonly object[]> {
  const parsed = await parseServedQueries([LOOKUP]);
  if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
  const target = targetOf(v.database.url);
  const measured = await measureQueries({
    database: target,
    index: INDEX,
    queries: parsed.value,
    searchPath: ["public"],
    ctx: v.recorder.ctx,
  });
  return measured.map(({ measurement }) => measurement);
}

describe("a partitioned index", () => {
  it("is found in the plan by its partitions', and before the build their tables are", async () => {
    const before = await measureBefore();
    expect(before).toMatchObject([{ planType: "Seq Scan", index: null, usesIndex: false }]);
    await v.database.query("CREATE INDEX events_customer_idx ON events (customer)");
    const outputs = await create({ before });
    expect(outputs).toMatchObject({ valid: true, ok: true, problems: [] });
    expect(outputs.queries).toMatchObject([
      {
        planType: "Index Scan",
        index: INDEX.name,
        usesIndex: true,
        before: { planType: "Seq Scan", rows: 1 },
      },
    ]);
  });

  it("counts the scans of all of them, our own taken off", async () => {
    await v.asOrdinaryRole();
    await v.database.query("GRANT USAGE ON SCHEMA archive TO PUBLIC");
    const first = await create();
    expect(first.usage.ownScans).toBeGreaterThanOrEqual(SCANNED * (LOOKUP.runs + 1));
    expect(first.usage).toMatchObject({ scans: first.usage.ownScans, trafficScans: 0 });
    const application = await v.database.connect();
    await application.query("SELECT 1 FROM archive.events_1 WHERE customer = 7");
    await application.query("SELECT 1 FROM events_2 WHERE customer = 42007");
    await application.end();
    await countersSettle();
    const again = await create();
    expect(again.usage.scans).toBe(first.usage.scans + again.usage.ownScans + 2);
    expect(again.usage.sizeBytes).toBeGreaterThan(49_999 * 16);
  });

  it("without a partition has counters all the same", async () => {
    await v.database.query(
      "CREATE TABLE none (customer int) PARTITION BY RANGE (customer); CREATE INDEX none_idx " +
        "ON none (customer)",
    );
    const served = [{ name: "n", sql: "SELECT * FROM none", values: [] }];
    const outputs = await create({ table: "none", name: "none_idx", served });
    expect(outputs).toMatchObject({ valid: true, usage: { scans: 0, sizeBytes: 0 } });
  });
});
