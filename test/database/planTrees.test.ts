// The plans that are kept beside the times of queries, from before the build and from after it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PlanTree, QueryPlan } from "../../providers/pgindex/src/engine/explain/queryPlan.ts";
import { measureQueries } from "../../providers/pgindex/src/engine/measure/measure.ts";
import { parseServedQueries } from "../../providers/pgindex/src/engine/measure/servedQueries.ts";
import { targetOf } from "../support/engine/engine.ts";
import { BUILD, INDEX, LOOKUP, type Outputs, Verifying } from "../support/engine/verifying.ts";

const at = new Verifying();
beforeAll(() => at.start());
beforeEach(() => at.startTest());
afterAll(() => at.stop());

async function planOf(query: object): Promise<PlanTree | undefined> {
  const parsed = await parseServedQueries([{ name: "q", runs: 2, ...query }]);
  if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
  const target = targetOf(at.database.url);
  const [measured] = await measureQueries({
    database: target,
    index: INDEX,
    queries: parsed.value,
    searchPath: ["public"],
    ctx: at.recorder.ctx,
  });
  return measured?.plan;
}

const shape = (plan: PlanTree | undefined) => plan?.nodes.map(({ depth, node }) => [depth, node]);

describe("the plan of a query", () => {
  it("has its nodes with planned and found rows, and no value in its conditions", async () => {
    const plan = await planOf({
      sql:
        "SELECT * FROM orders WHERE customer > $1 AND note = $2 AND id <> 4711 ORDER BY " +
        "customer DESC LIMIT 5",
      sample: "SELECT customer, note FROM orders WHERE customer BETWEEN 45000 AND 45010",
    });
    expect(plan).toEqual({
      nodes: [
        { depth: 0, node: "Limit", plannedRows: 5, rows: 5 },
        {
          depth: 1,
          node: "Index Scan Backward",
          relation: "orders",
          index: INDEX.name,
          conditions: [
            "Index Cond: (orders.customer > …)",
            expect.stringMatching(/^Filter: \(\(orders\.\w+ \S+ ….* AND \(orders\.\w+ \S+ .*…/),
          ],
          plannedRows: expect.any(Number),
          rows: 5,
        },
      ],
    });
    expect(JSON.stringify(plan)).not.toMatch(/4711|xxx|450\d\d/);
  });

  it("tells what a sequential scan reads in vain, below a sort", async () => {
    const sql = "SELECT * FROM orders WHERE note || $1 = 'xy' ORDER BY note LIMIT 3";
    const plan = await planOf({ sql, values: ["y"] });
    expect(shape(plan)).toEqual([
      [0, "Limit"],
      [1, "Sort"],
      [2, "Seq Scan"],
    ]);
    expect(plan?.nodes[1]?.conditions).toEqual(["Sort Key: orders.note"]);
    expect(plan?.nodes[2]).toMatchObject({ rows: 0, removed: 50_000 });
  });

  it("that did not end within its timeout has no rows found", async () => {
    const sql = "SELECT *, pg_sleep(1) FROM orders WHERE customer = 5";
    const plan = await planOf({ sql, timeout: "200ms" });
    expect(plan?.nodes).toEqual([
      {
        depth: 0,
        node: "Index Scan",
        relation: "orders",
        index: INDEX.name,
        conditions: ["Index Cond: (orders.customer = …)"],
        plannedRows: 1,
      },
    ]);
  });

  it("is none where nothing was run", async () => {
    const sample = "SELECT customer FROM orders WHERE false";
    expect(await planOf({ ...LOOKUP, sample })).toBeUndefined();
  });
});

describe("a Verification", () => {
  const of = ({ plans }: Outputs): readonly QueryPlan[] => plans ?? [];

  it("has the plan of each query", async () => {
    const outputs = await at.create();
    expect(of(outputs)).toMatchObject([
      { name: LOOKUP.name, nodes: [{ depth: 0, node: "Index Scan", rows: 1 }] },
    ]);
  });

  it("has the one that is measured now after a refresh, which is no difference", async () => {
    const outputs = await at.create();
    await at.database.query("DROP INDEX orders_customer_idx");
    await at.database.query(BUILD.replace("customer)", "customer) WHERE id < 0"));
    const refreshed = await at.refresh(outputs);
    expect(shape(of(refreshed)[0])).toEqual([[0, "Seq Scan"]]);
    const { __provider } = at.inputs();
    const diff = await at.provider.diff("", { ...refreshed, __provider }, at.inputs());
    expect(diff).toEqual({ changes: false });
  });
});
