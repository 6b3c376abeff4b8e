import { describe, expect, inject, it } from "vitest";
import { BUILD, LOOKUP, type Outputs, useVerifying } from "../support/engine/verifying.ts";

const v = useVerifying();

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
    const outputs = await v.refresh(await createLeniently({ ...LOOKUP, ...change }));
    expect(outputs.usage).toMatchObject({ scans: 0, ownScans: 0, trafficScans: 0, isExact: true });
    expect(outputs.usage.tuplesRead).toBe(0);
  });

  it.each(queries)("%s, of a role whose scans are counted", async (_title, change) => {
    await v.asOrdinaryRole();
    const outputs = await v.refresh(await createLeniently({ ...LOOKUP, ...change }));
    expect(outputs.usage.scans).toBeGreaterThan(0);
    expect(outputs.usage).toMatchObject({ ownScans: outputs.usage.scans, trafficScans: 0 });
  });

  it.each([
    ["none are counted", false],
    ["rather too many than too few, of a role whose scans are counted", true],
  ])("those of parallel workers: %s", async (_title, areCounted) => {
    if (areCounted) await v.asOrdinaryRole();
    const forced = [
      "parallel_setup_cost = 0",
      "parallel_tuple_cost = 0",
      "min_parallel_index_scan_size = 0",
      "min_parallel_table_scan_size = 0",
      "enable_seqscan = off",
      "enable_bitmapscan = off",
    ];
    for (const setting of forced)
      await v.database.query(`ALTER DATABASE ${v.database.name} SET ${setting}`);
    const outputs = await v.create({
      served: [
        {
          ...LOOKUP,
          sql: "SELECT count(note) FROM orders WHERE customer BETWEEN $1 AND 49000",
          sample: "VALUES (1)",
        },
      ],
    });
    await v.database.query(`ALTER DATABASE ${v.database.name} RESET ALL`);
    expect(outputs.queries[0]?.planType).toBe("Index Scan");
    expect(outputs.usage.scans > 0).toBe(areCounted);
    expect(outputs.usage.ownScans).toBeGreaterThanOrEqual(outputs.usage.scans);
  });

  it("of a refresh whose results nobody keeps, as of its preview, are no traffic", async () => {
    const first = await v.create();
    await v.refresh(first);
    await v.refresh(first);
    await v.traffic(3);
    expect((await v.refresh(first)).usage).toMatchObject({ trafficScans: 3, isExact: true });
  });

  it("of such a refresh are allowed for where they are counted", async () => {
    await v.asOrdinaryRole();
    const first = await v.create();
    expect(first.usage).toMatchObject({ trafficScans: 0, isExact: true });
    await v.refresh(first);
    await v.traffic(30);
    const kept = await v.refresh(first);
    expect(kept.usage).toMatchObject({ trafficScans: 30, isExact: false });
    await v.traffic(30);
    // There was no such refresh this time, which the ledger tells.
    const again = await v.refresh(kept);
    expect(again.usage).toMatchObject({ trafficScans: 60, isExact: false, isToldApart: true });
  });

  it.each([
    ["GRANT SET ON PARAMETER track_counts TO", 150_000],
    ["ALTER ROLE … SET track_counts = off", 0],
  ])("are not counted of a role that has %s", async (grant, since) => {
    if (inject("server").versionNumber < since) return;
    const role = await v.asOrdinaryRole();
    await v.database.query(grant.includes("…") ? grant.replace("…", role) : `${grant} ${role}`);
    const { usage } = await v.refresh(await v.create());
    expect(usage).toMatchObject({ scans: 0, ownScans: 0, isExact: true });
    if (since > 0) await v.database.query(`REVOKE SET ON PARAMETER track_counts FROM ${role}`);
  });

  /**
   * A query that fails at `create` is only reported by `read`, with the outputs of one that does
   * not.
   */
  async function createLeniently(query: object): Promise<Outputs> {
    return { ...(await v.create()), served: [query] };
  }
});

describe("traffic", () => {
  it("is what others have scanned, over several refreshes", async () => {
    const first = await v.create();
    await v.traffic(7);
    const second = await v.refresh(first);
    expect(second.usage).toMatchObject({ trafficScans: 7, ownScans: 0 });
    await v.traffic(2);
    const third = await v.refresh(second);
    expect(third.usage).toMatchObject({ trafficScans: 9, scans: 9 });
  });

  it("begins again when the counters are reset", async () => {
    const first = await v.create();
    await v.traffic(20);
    await v.reset("SELECT pg_stat_reset()");
    const second = await v.refresh(first);
    expect(second.usage.statsReset).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    await v.traffic(3);
    const third = await v.refresh(await v.refresh(second));
    expect(third.usage.trafficScans).toBe(3);
  });

  it("begins again with another index, and goes on when only a query changes", async () => {
    const first = await v.create();
    await v.traffic(5);
    const update = async (change: object) =>
      (await v.provider.update("id", first, v.inputs(change))).outs as Outputs;
    expect((await update({ served: [{ ...LOOKUP, runs: 1 }] })).usage.trafficScans).toBe(5);
    await v.database.query("DROP INDEX orders_customer_idx");
    await v.database.query(BUILD);
    const rebuilt = await update({ builtAt: "2027-01-01T00:00:00.000Z" });
    expect(rebuilt.usage).toMatchObject({ trafficScans: 0, scans: 0 });
  });
});
