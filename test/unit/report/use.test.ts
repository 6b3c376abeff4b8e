import { expect, test } from "vitest";
import {
  type TimeChartInput,
  timeChart,
} from "../../../providers/pgindex/src/report/charts/timeChart.ts";
import { toPage } from "../../../providers/pgindex/src/report/page/htmlPage.ts";
import type { IndexStatus } from "../../../providers/pgindex/src/status/indexStatus.ts";
import { parsePage } from "../../support/report/page.ts";
import { HISTORY } from "../../support/report/recorded.ts";
import { indexOf, queryOf, reportOf, verificationOf } from "../../support/report/report.ts";

const before = [{ name: "message history", executionMs: 150 }];
const RESOURCES = [
  indexOf("i", { before }),
  verificationOf("public.i", [queryOf("message history")], { history: HISTORY }),
] as const;

const chartOf = (label: string) => `#use .chart[aria-label^="${label}"]`;
const lines = (label: string) => `${chartOf(label)} polyline`;

test("samples hold the counters of their time; what older releases omit is unknown", () => {
  const use = reportOf(RESOURCES).stack.indexes[0]?.use;
  expect(use?.queries).toEqual(HISTORY.queries);
  expect(use?.samples).toHaveLength(5);
  expect(use?.samples[0]).toEqual({
    at: "2026-11-22T11:00:00.000Z",
    traffic: 0,
    tuplesRead: 0,
    tuplesFetched: 0,
    bytes: null,
    ms: [150, null],
  });
  expect(use?.samples[1]).toMatchObject({ tuplesRead: 400, tuplesFetched: null, ms: [0.05] });
  expect(use?.samples[3]).toMatchObject({
    tuplesFetched: 40,
    restarted: "the counters were reset",
  });
});

test("what the database says now is a further sample, of scans and size", () => {
  const state = reportOf(RESOURCES);
  const live = { state: "valid", drift: null, scans: 130, sizeBytes: 50, lastScan: null };
  const urn = "urn:pulumi:production::shop::pulumi-nodejs:pgindex:Index::r0";
  const indexes = [{ ...live, urn } as IndexStatus];
  const status = { stack: "production", ok: true, indexes, builds: [] };
  const use = reportOf(RESOURCES, { status }).stack.indexes[0]?.use;
  expect(use?.samples).toHaveLength((state.stack.indexes[0]?.use?.samples.length ?? 0) + 1);
  expect(use?.samples.at(-1)).toMatchObject({ traffic: 110, bytes: 50, tuplesRead: null, ms: [] });
});

test("scans, tuples, size and times are drawn, counters broken where they began anew", () => {
  const page = parsePage(toPage(reportOf(RESOURCES)));
  expect(page.count("#use .chart")).toBe(4);
  expect(page.count(`${chartOf("Scans of")} .dot`)).toBe(5);
  expect(page.count(lines("Scans of"))).toBe(2);
  expect(page.count(lines("Tuples of"))).toBe(4);
  expect(page.count(lines("Size of"))).toBe(1);
  expect(page.count(lines("Times of"))).toBe(2);
  const marked = ["Scans of", "Tuples of", "Size of", "Times of"].map((label) =>
    page.text(chartOf(label)).includes("↺"),
  );
  expect(marked).toEqual([true, true, false, false]);
  expect(page.text("#use figcaption")).toContain("● message history □ clean-up");
});

test("the table has every number that is drawn", () => {
  const page = parsePage(toPage(reportOf(RESOURCES)));
  expect(page.count("#use tbody tr")).toBe(5);
  const text = page.text("#use table");
  for (const said of ["the counters were reset", "150 ms", "0.07 ms", "900", "880", "42 MB"])
    expect(text).toContain(said);
});

test("times stand on a logarithmic axis: ten times the time is the same way", () => {
  const shown: TimeChartInput = {
    label: "times",
    times: ["2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z", "2026-11-22T12:00:00Z"],
    series: [{ name: "q", values: [100, 10, 1] }],
    format: String,
    isLogarithmic: true,
  };
  const page = parsePage(timeChart(shown)?.markup ?? "");
  const heights = page
    .attributes(".dot", "style")
    .map((style) => /bottom:([\d.]+)%/.exec(style ?? ""));
  const [a = 0, b = 0, c = 0] = heights.map((found) => Number(found?.[1]));
  expect(b - a).toBeCloseTo(c - b);
  expect(a - b).toBeGreaterThan(10);
});

test("one point is no line, and no plot", () => {
  const one = { label: "", times: ["2026-11-22T10:00:00Z"], format: String };
  expect(timeChart({ ...one, series: [{ name: "q", values: [1] }] })).toBeUndefined();
});

test("more queries than can be told apart are drawn in several plots", () => {
  const queries = Array.from({ length: 9 }, (_, i) => `query ${i}`);
  const samples = HISTORY.samples.map((sample) => ({ ...sample, ms: queries.map((_, i) => i) }));
  const proof = verificationOf("public.i", [], { history: { queries, samples } });
  const page = parsePage(toPage(reportOf([indexOf("i"), proof])));
  expect(page.count(chartOf("Times of"))).toBe(3);
});
