// How much of the reading of a table an index does, by the plan of a run.
import { describe, expect, it } from "vitest";
import type { PlanNode } from "../../../providers/pgindex/src/engine/explain/planNode.ts";
import { didTheWork, indexWork } from "../../../providers/pgindex/src/engine/explain/planWork.ts";

const INDEX = {
  schema: "public",
  table: "t",
  name: "t_a_idx",
  tables: [
    { schema: "public", name: "t", pages: 1 },
    { schema: "public", name: "t_big", pages: 1_000 },
    { schema: "public", name: "t_small", pages: 5 },
  ],
  indexes: [
    { schema: "public", name: "t_a_idx", oid: 1 },
    { schema: "public", name: "t_big_a_idx", oid: 2 },
  ],
};

const ran = (
  node: string,
  rows: number,
  pages: number,
  more: Partial<PlanNode> = {},
): PlanNode => ({
  "Node Type": node,
  "Relation Name": "t",
  Schema: "public",
  "Actual Rows": rows,
  "Actual Loops": 1,
  "Shared Hit Blocks": pages,
  ...more,
});
const byIndex = (rows: number, pages: number, more: Partial<PlanNode> = {}) =>
  ran("Index Scan", rows, pages, { "Index Name": "t_a_idx", ...more });
const seqScan = (rows: number, pages: number, more: Partial<PlanNode> = {}) =>
  ran("Seq Scan", rows, pages, more);
const bitmapOf = (index: string, rows: number): PlanNode => ({
  "Node Type": "Bitmap Index Scan",
  "Index Name": index,
  "Actual Rows": rows,
  "Actual Loops": 1,
});
const heap = (rows: number, pages: number, bitmap: PlanNode) =>
  ran("Bitmap Heap Scan", rows, pages, { Plans: [bitmap] });
const or = (...arms: PlanNode[]): PlanNode => ({
  "Node Type": "BitmapOr",
  "Actual Rows": 0,
  "Actual Loops": 1,
  Plans: arms,
});
const above = (node: string, ...children: PlanNode[]): PlanNode => ({
  "Node Type": node,
  "Actual Rows": 1,
  "Actual Loops": 1,
  Plans: children,
});

const BIG = { "Relation Name": "t_big", "Index Name": "t_big_a_idx" };
const SMALL = { "Relation Name": "t_small" };

describe("the index did the work", () => {
  const cases: [title: string, plan: PlanNode, rows: number][] = [
    ["alone", byIndex(3, 4), 3],
    ["with rows that a filter then removed", byIndex(0, 9, { "Rows Removed by Filter": 7 }), 7],
    [
      "beside a scan that never ran",
      above("Append", byIndex(1, 3), seqScan(0, 0, { "Actual Loops": 0 })),
      1,
    ],
    [
      "on the big partition, where small ones are read at once",
      above("Append", byIndex(1, 4, BIG), seqScan(9, 5, SMALL)),
      1,
    ],
    [
      "as one of two that a BitmapAnd needs",
      heap(4, 9, {
        ...or(bitmapOf("t_a_idx", 40), bitmapOf("t_b_idx", 90)),
        "Node Type": "BitmapAnd",
      }),
      40,
    ],
    [
      "in the arm of an OR that found most",
      heap(50, 60, or(bitmapOf("t_a_idx", 45), bitmapOf("t_b_idx", 5))),
      45,
    ],
    [
      "in the one arm of an OR that has it, where neither found a row",
      heap(0, 60, or(bitmapOf("t_a_idx", 0), bitmapOf("t_b_idx", 0))),
      0,
    ],
    ["of a table without a page", byIndex(0, 0), 0],
    [
      "in a subplan, whose pages the scan above has too",
      above("Append", byIndex(8, 400, { Plans: [seqScan(1, 390, { "Relation Name": "u" })] })),
      8,
    ],
  ];
  it.each(cases)("%s", (_title, plan, rows) => {
    const work = indexWork(plan, INDEX);
    expect(didTheWork(work)).toBe(true);
    expect(work).toMatchObject({ rows, hasRun: true });
  });
});

describe("the index did not do the work", () => {
  const cases: [title: string, plan: PlanNode, found: string, share: number | null][] = [
    [
      "that never ran",
      above("Nested Loop", byIndex(0, 0, { "Actual Loops": 0 })),
      "Index Scan",
      null,
    ],
    [
      "that answered a trifle beside a Seq Scan",
      above("Append", seqScan(50_000, 700), byIndex(1, 3)),
      "Seq Scan",
      3 / 703,
    ],
    [
      "beside a parallel Seq Scan",
      above("Gather", seqScan(50_000, 700, { "Actual Loops": 3 }), byIndex(1, 3)),
      "Seq Scan",
      3 / 703,
    ],
    [
      "in an arm of an OR that found nothing",
      heap(50, 60, or(bitmapOf("t_a_idx", 0), bitmapOf("t_b_idx", 50))),
      "Bitmap Heap Scan",
      0,
    ],
    [
      "on a small partition alone",
      above("Append", byIndex(1, 3), seqScan(9, 1_000, { "Relation Name": "t_big" })),
      "Seq Scan",
      1 / 1_001,
    ],
  ];
  it.each(cases)("%s", (_title, plan, found, share) => {
    const work = indexWork(plan, INDEX);
    expect(didTheWork(work)).toBe(false);
    expect(work.scan?.node["Node Type"]).toBe(found);
    if (share === null) expect(work.share).toBeNull();
    else expect(work.share).toBeCloseTo(share, 6);
  });
});

describe("rows of a loop, which PostgreSQL rounded until 17", () => {
  const inner = byIndex(0, 4_000, { "Actual Loops": 1_000 });
  const join = (type: string, rows: number, ...between: string[]): PlanNode => ({
    ...above(
      "Nested Loop",
      between.reduce<PlanNode>((child, node) => above(node, child), inner),
    ),
    "Join Type": type,
    "Actual Rows": rows,
  });
  it.each([
    ["an inner join that found some", join("Inner", 400), 1],
    ["the same through a Memoize", join("Inner", 400, "Memoize"), 1],
    ["an inner join that found none", join("Inner", 0), 0],
    ["a left join, whose rows are the other side's", join("Left", 1_000), 0],
    ["a semi join that found some", join("Semi", 400), 1],
    [
      "a hash join, which has no inner loops",
      { ...join("Inner", 400), "Node Type": "Hash Join" },
      0,
    ],
  ])("%s", (_title, plan, rows) => {
    expect(indexWork(plan, INDEX).rows).toBe(rows);
  });
});

it("a plan that did not run is weighed by its costs", () => {
  const plan = above(
    "Append",
    { "Node Type": "Seq Scan", "Relation Name": "t", Schema: "public", "Total Cost": 900 },
    {
      "Node Type": "Index Scan",
      "Relation Name": "t",
      Schema: "public",
      "Index Name": "t_a_idx",
      "Total Cost": 8,
    },
  );
  const work = indexWork(plan, INDEX);
  expect(work).toMatchObject({ rows: null, hasRun: true });
  expect(didTheWork(work)).toBe(false);
});
