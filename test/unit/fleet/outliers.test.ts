import { expect, test } from "vitest";
import { missingOf, outliersOf } from "../../../providers/pgindex/src/fleet/report/outliers.ts";
import type { ReportedTarget } from "../../../providers/pgindex/src/fleet/report/reportSchema.ts";

const query = (executionMs: number, problems: string[] = []) => ({
  name: "q",
  planType: "Index Scan",
  usesIndex: true,
  executionMs,
  beforeMs: null,
  ratio: null,
  problems,
});

function target(
  name: string,
  index: Partial<ReportedTarget["indexes"][number]> = {},
  more: Partial<ReportedTarget> = {},
): ReportedTarget {
  const indexes = [
    {
      index: "public.i",
      valid: true,
      adopted: false,
      buildSeconds: 10,
      sizeBytes: 1000,
      validSince: "2026-11-29T00:00:00Z",
      trafficScans: null,
      queries: [query(2)],
      ...index,
    },
  ];
  const placed = { wave: "all", server: "s", state: "done" as const, problem: null };
  return { target: name, ...placed, attempts: 1, seconds: 11, indexes, ...more };
}

const ORDINARY = ["a", "b", "c"].map((name) => target(name));

test.each([
  [{ buildSeconds: 31 }, "build", "took 31 s, the median one 10 s"],
  [{ sizeBytes: 4096 }, "size", "has 4 kB, the median one 1,000 bytes"],
  [{ queries: [query(7)] }, "query", "q takes 7 ms, the median one 2 ms"],
] as const)("more than three times the median stands out: %o", (index, what, text) => {
  const targets = [...ORDINARY, target("far", index as Partial<ReportedTarget["indexes"][number]>)];
  expect(outliersOf(targets)).toEqual([{ target: "far", index: "public.i", what, text }]);
});

test("three times the median, an adopted index and different indexes do not", () => {
  const others = [
    target("d", { buildSeconds: 30 }),
    target("e", { buildSeconds: null }),
    target("f", { index: "public.other", buildSeconds: 500, sizeBytes: 10 ** 9, queries: [] }),
  ];
  expect(outliersOf([...ORDINARY, ...others])).toEqual([]);
});

test("missing is what is not done, not valid, or not as expected", () => {
  const targets = [
    ...ORDINARY,
    target("failed", {}, { state: "failed", problem: "23505", indexes: [] }),
    target("waits", {}, { state: "waiting", indexes: [] }),
    target("invalid", { valid: false }),
    target("slow", { queries: [query(2, ["reads the table sequentially"])] }),
  ];
  expect(missingOf(targets)).toEqual([
    { target: "failed", text: "failed: 23505" },
    { target: "waits", text: "waiting" },
    { target: "invalid", text: "public.i: not valid" },
    { target: "slow", text: "q: reads the table sequentially" },
  ]);
});
