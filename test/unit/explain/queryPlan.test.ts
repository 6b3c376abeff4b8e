import { describe, expect, it } from "vitest";
import type { PlanNode } from "../../../providers/pgindex/src/engine/explain/explain.ts";
import {
  MAX_BYTES,
  MAX_NODES,
  toPlanTree,
} from "../../../providers/pgindex/src/engine/explain/queryPlan.ts";

const INDEX = {
  schema: "public",
  table: "t",
  name: "t_a_idx",
  tables: [{ schema: "public", name: "t" }],
  indexes: [{ schema: "public", name: "t_a_idx", oid: 1 }],
};
const SCAN: PlanNode = {
  "Node Type": "Index Scan",
  "Relation Name": "t",
  Schema: "public",
  "Index Name": "t_a_idx",
};

function only(node: Partial<PlanNode>) {
  return toPlanTree({ "Node Type": "Result", ...node }, INDEX).nodes[0];
}

describe("nodes are called as in EXPLAIN's text", () => {
  it.each<[string, Partial<PlanNode>]>([
    ["Parallel Seq Scan", { "Node Type": "Seq Scan", "Parallel Aware": true }],
    ["Index Only Scan Backward", { "Node Type": "Index Only Scan", "Scan Direction": "Backward" }],
    ["Index Scan", { "Node Type": "Index Scan", "Scan Direction": "Forward" }],
    ["Nested Loop", { "Node Type": "Nested Loop", "Join Type": "Inner" }],
    ["Nested Loop Left Join", { "Node Type": "Nested Loop", "Join Type": "Left" }],
    ["Hash Join", { "Node Type": "Hash Join", "Join Type": "Inner" }],
    ["Hash Anti Join", { "Node Type": "Hash Join", "Join Type": "Anti" }],
    ["Aggregate", { "Node Type": "Aggregate", Strategy: "Plain", "Partial Mode": "Simple" }],
    [
      "Finalize GroupAggregate",
      { "Node Type": "Aggregate", Strategy: "Sorted", "Partial Mode": "Finalize" },
    ],
  ])("%s", (name, node) => expect(only(node)?.node).toBe(name));
});

describe("constants are left out, which are values of rows where a parameter stood", () => {
  it.each<[string, Partial<PlanNode>, string]>([
    ["a text", { Filter: "(name = 'O''Hara; secret'::text)" }, "Filter: (name = '…'::text)"],
    ["with a backslash", { Filter: "(name = E'a\\'b')" }, "Filter: (name = '…')"],
    [
      "a number",
      { "Index Cond": "(t2.a1 > '-4.5'::numeric)" },
      "Index Cond: (t2.a1 > '…'::numeric)",
    ],
    ["numbers", { Filter: "((a = 42) AND (b < 1e9))" }, "Filter: ((a = …) AND (b < …))"],
    [
      "a list",
      { "Index Cond": "(a = ANY ('{1,2}'::integer[]))" },
      "Index Cond: (a = ANY ('…'::integer[]))",
    ],
    [
      "a name with a number in it",
      { Filter: '("Plan 9" IS NOT NULL)' },
      'Filter: ("Plan 9" IS NOT NULL)',
    ],
    ["sort keys", { "Sort Key": ["(a || '1')", "b DESC"] }, "Sort Key: (a || '…'), b DESC"],
  ])("%s", (_, node, condition) => expect(only(node)?.conditions).toEqual([condition]));

  it("also where the condition is too long to be kept whole", () => {
    const [condition = ""] =
      only({ Filter: `(a = ANY ('{${"4711,".repeat(9_000)}}'))` })?.conditions ?? [];
    expect(condition).toBe("Filter: (a = ANY ('…'");
    const [cut = ""] =
      only({ Filter: `(${"(a = '4711') OR ".repeat(300)}false)` })?.conditions ?? [];
    expect(cut.length).toBeLessThan(160);
    expect(cut).toMatch(/…$/);
    expect(cut).not.toContain("4711");
  });
});

it("the name that the query gives to a table is kept where it is another", () => {
  expect(only({ "Relation Name": "t", Alias: "t" })).not.toHaveProperty("alias");
  expect(only({ "Relation Name": "t", Alias: "x" })).toMatchObject({ relation: "t", alias: "x" });
});

it("rows, loops and what was read in vain are kept where they say something", () => {
  const run = { "Plan Rows": 5, "Actual Rows": 2, "Actual Loops": 3, "Rows Removed by Filter": 7 };
  expect(only(run)).toMatchObject({ plannedRows: 5, rows: 2, loops: 3, removed: 7 });
  expect(only({ "Actual Rows": 1, "Actual Loops": 1, "Rows Removed by Filter": 0 })).toEqual({
    depth: 0,
    node: "Result",
    plannedRows: 0,
    rows: 1,
  });
  expect(only({ "Actual Rows": 0, "Actual Loops": 0 })).toMatchObject({ loops: 0 });
});

describe("a large plan", () => {
  const others = Array.from({ length: 40 }, (_, i) => ({
    "Node Type": "Seq Scan",
    "Relation Name": `other_${i}`,
    Filter: "(a = 1)".repeat(i % 3),
    Plans: [{ "Node Type": "Materialize" }],
  }));
  const deep = { "Node Type": "Sort", Plans: [{ "Node Type": "Hash", Plans: [SCAN] }] };
  const tree = toPlanTree({ "Node Type": "Append", Plans: [...others, deep] }, INDEX);

  it("keeps the scan of the index's table and what stands above it", () => {
    const kept = tree.nodes.map(({ depth, node, index }) => [depth, node, index]);
    expect(kept.slice(-3)).toEqual([
      [1, "Sort", undefined],
      [2, "Hash", undefined],
      [3, "Index Scan", "t_a_idx"],
    ]);
    expect(tree.nodes[0]).toMatchObject({ depth: 0, node: "Append" });
  });

  it("says how many nodes were left out, and stays small", () => {
    expect(tree.nodes.length).toBeLessThanOrEqual(MAX_NODES);
    expect(tree.nodes.length + (tree.leftOut ?? 0)).toBe(84);
    expect(Buffer.byteLength(JSON.stringify(tree.nodes))).toBeLessThan(MAX_BYTES + 100);
  });

  it("keeps the scan below more nodes than there is room for", () => {
    const filter = { Filter: `(${"a".repeat(300)} IS NULL)` };
    const wrap = (plan: PlanNode): PlanNode => ({ "Node Type": "Limit", ...filter, Plans: [plan] });
    const tree = toPlanTree(Array.from({ length: 60 }).reduce<PlanNode>(wrap, SCAN), INDEX);
    expect(tree.nodes.at(-1)).toMatchObject({ depth: 60, index: "t_a_idx" });
    expect(Buffer.byteLength(JSON.stringify(tree.nodes))).toBeLessThan(MAX_BYTES + 100);
    expect(tree.nodes.length + (tree.leftOut ?? 0)).toBe(61);
  });

  it("of thousands of partitions keeps the first ones", () => {
    const Plans = Array.from({ length: 3000 }, () => ({ ...SCAN }));
    const tree = toPlanTree({ "Node Type": "Append", Plans }, INDEX);
    expect(tree.nodes[1]).toMatchObject({ node: "Index Scan", index: "t_a_idx" });
    expect(tree.leftOut).toBeGreaterThan(2900);
  });

  it("has no node without the one above it", () => {
    tree.nodes.slice(1).forEach(({ depth }, i) => {
      expect(depth).toBeLessThanOrEqual((tree.nodes[i]?.depth ?? 0) + 1);
    });
  });
});
