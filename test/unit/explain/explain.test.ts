import { describe, expect, it } from "vitest";
import {
  type PlanNode,
  runOf,
  scanOf,
  workerScans,
} from "../../../providers/pgindex/src/engine/explain/explain.ts";

const INDEX = {
  schema: "public",
  table: "t",
  name: "t_a_idx",
  tables: [
    { schema: "public", name: "t" },
    { schema: "archive", name: "t_2025" },
  ],
  indexes: [
    { schema: "public", name: "t_a_idx", oid: 1 },
    { schema: "archive", name: "t_2025_a_idx", oid: 2 },
  ],
};
const ON_PARTITION = { "Relation Name": "t_2025", Schema: "archive" };
const ON_T = { "Relation Name": "t", Schema: "public" };

const indexScan: PlanNode = { "Node Type": "Index Scan", ...ON_T, "Index Name": "t_a_idx" };
const seqScan: PlanNode = { "Node Type": "Seq Scan", ...ON_T };
const bitmapIndexScan = (name: string): PlanNode => ({
  "Node Type": "Bitmap Index Scan",
  "Index Name": name,
});
const bitmap = (...children: PlanNode[]): PlanNode => ({
  "Node Type": "Bitmap Heap Scan",
  ...ON_T,
  Plans: children,
});
const above = (...children: PlanNode[]): PlanNode => ({
  "Node Type": "Nested Loop",
  Plans: children,
});

describe("the scan of the index's table", () => {
  const cases: [title: string, plan: PlanNode, scan: [string | null, string | null, boolean]][] = [
    ["an index scan", indexScan, ["Index Scan", "t_a_idx", true]],
    ["a sequential scan", seqScan, ["Seq Scan", null, false]],
    ["another index", { ...indexScan, "Index Name": "t_pkey" }, ["Index Scan", "t_pkey", false]],
    ["a bitmap", bitmap(bitmapIndexScan("t_a_idx")), ["Bitmap Heap Scan", "t_a_idx", true]],
    [
      "a bitmap of two indexes",
      bitmap({
        "Node Type": "BitmapAnd",
        Plans: [bitmapIndexScan("t_b_idx"), bitmapIndexScan("t_a_idx")],
      }),
      ["Bitmap Heap Scan", "t_a_idx", true],
    ],
    [
      "a bitmap of another",
      bitmap(bitmapIndexScan("t_b_idx")),
      ["Bitmap Heap Scan", "t_b_idx", false],
    ],
    ["deep below", above(above(indexScan)), ["Index Scan", "t_a_idx", true]],
    [
      "the one with the index before the other",
      above(seqScan, indexScan),
      ["Index Scan", "t_a_idx", true],
    ],
    [
      "the first of two without",
      above(seqScan, bitmap(bitmapIndexScan("x"))),
      ["Seq Scan", null, false],
    ],
    ["no scan of the table", { "Node Type": "Result" }, [null, null, false]],
    [
      "the same names in another schema",
      above({ ...indexScan, Schema: "other" }),
      [null, null, false],
    ],
    [
      "a partition by its own index stands for the declared one",
      above(seqScan, { ...indexScan, ...ON_PARTITION, "Index Name": "t_2025_a_idx" }),
      ["Index Scan", "t_a_idx", true],
    ],
    [
      "a partition by an index of the same name in another schema",
      { ...indexScan, ...ON_PARTITION },
      ["Index Scan", "t_a_idx", false],
    ],
    ["a partition without", { ...seqScan, ...ON_PARTITION }, ["Seq Scan", null, false]],
    [
      "a subplan below a bitmap is not part of it",
      bitmap(bitmapIndexScan("t_b_idx"), { ...indexScan, "Relation Name": "u" }),
      ["Bitmap Heap Scan", "t_b_idx", false],
    ],
  ];
  it.each(cases)("%s", (_title, plan, [planType, index, usesIndex]) => {
    expect(scanOf(plan, INDEX)).toMatchObject({ planType, index, usesIndex });
  });
});

it("takes rows and buffers from the root, which include all below", () => {
  const plan = {
    ...above(indexScan),
    "Actual Rows": 3,
    "Shared Hit Blocks": 5,
    "Shared Read Blocks": 2,
  };
  expect(runOf({ Plan: plan, "Execution Time": 1.5 }, INDEX)).toMatchObject({
    planType: "Index Scan",
    index: "t_a_idx",
    usesIndex: true,
    executionMs: 1.5,
    rows: 3,
    buffers: 7,
    plan,
  });
});

it("counts the scans of parallel workers, of each table's indexes", () => {
  const workers = { Workers: [{ "Actual Loops": 2 }, { "Actual Loops": 3 }] };
  const plan = above(
    { ...indexScan, ...workers },
    { ...indexScan, ...workers, "Index Name": "t_pkey" },
    bitmap({ ...bitmapIndexScan("t_a_idx"), Workers: [{ "Actual Loops": 1 }] }),
  );
  const on = { schema: "public", table: "t" };
  expect(workerScans(plan)).toEqual([
    { ...on, indexes: ["t_a_idx"], scans: 5 },
    { ...on, indexes: ["t_pkey"], scans: 5 },
    { ...on, indexes: ["t_a_idx"], scans: 1 },
  ]);
});
