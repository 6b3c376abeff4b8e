import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Run } from "../../../providers/pgindex/src/engine/explain/explain.ts";
import {
  median,
  notMeasured,
  summarize,
  summarizeTimeout,
  typicalRun,
} from "../../../providers/pgindex/src/engine/measure/measurement.ts";
import { unsavedMeasurements } from "../../../providers/pgindex/src/engine/scans/scanCounting.ts";
import {
  account,
  type EarlierUsage,
} from "../../../providers/pgindex/src/engine/verify/traffic.ts";
import { NO_USAGE } from "../../../providers/pgindex/src/engine/verify/usage.ts";

const byIndex: Run = {
  planType: "Index Scan",
  index: "i",
  usesIndex: true,
  executionMs: 1,
  rows: 10,
  buffers: 4,
  plan: { "Node Type": "Index Scan" },
};
const bySeqScan: Run = {
  ...byIndex,
  planType: "Seq Scan",
  index: null,
  usesIndex: false,
  executionMs: 9,
};

it("a median lies between the numbers, whatever their order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1 }), (numbers) => {
      const middle = median(numbers) ?? Number.NaN;
      expect(middle).toBe(median([...numbers].reverse()));
      const below = numbers.filter((number) => number < middle).length;
      const above = numbers.filter((number) => number > middle).length;
      expect(Math.max(below, above)).toBeLessThanOrEqual(numbers.length / 2);
    }),
  );
});

it("the median of nothing is null, that of two the middle to a microsecond", () => {
  expect(median([])).toBeNull();
  expect(median([0.0005, 0.002])).toBe(0.001);
  expect(median([9, 1, 3, 4])).toBe(3.5);
});

it("a run whose index found nothing counts as no row", () => {
  const shared = { ...byIndex, indexShare: 1 };
  expect(summarize({ name: "q" }, [shared, { ...shared, indexRows: 3 }])).toMatchObject({
    indexRows: 3,
  });
  expect(summarize({ name: "q" }, [shared])).toMatchObject({ indexShare: 1, indexRows: 0 });
});

it("summarizes by medians and the commonest plan, and says when plans differ", () => {
  expect(summarize({ name: "q" }, [bySeqScan, byIndex, { ...byIndex, executionMs: 2 }])).toEqual({
    name: "q",
    planType: "Index Scan",
    index: "i",
    usesIndex: true,
    executionMs: 2,
    rows: 10,
    buffers: 4,
    timedOut: false,
    runs: 3,
    note: "the plan depends on the values: Index Scan using i in 2, Seq Scan in 1",
  });
  expect(summarize({ name: "q" }, [byIndex])).not.toHaveProperty("note");
  const elsewhere = { ...byIndex, planType: null, index: null, usesIndex: false };
  expect(summarize({ name: "q" }, [byIndex, elsewhere])).toMatchObject({
    planType: "Index Scan",
    note: "the plan depends on the values: Index Scan using i in 1, no scan in 1",
  });
});

it("summarizes no run at all to nothing", () => {
  const nothing = { planType: null, usesIndex: false, executionMs: null, rows: null, runs: 0 };
  expect(summarize({ name: "q" }, [])).toMatchObject(nothing);
});

it("the typical run is one of the commonest plan", () => {
  expect(typicalRun([bySeqScan, byIndex, byIndex])).toBe(byIndex);
  expect(typicalRun([])).toBeUndefined();
});

it("a timeout is a lower bound with a plan", () => {
  expect(summarizeTimeout({ name: "q", timeoutMs: 500 }, bySeqScan, 2)).toEqual({
    name: "q",
    planType: "Seq Scan",
    index: null,
    usesIndex: false,
    executionMs: 500,
    rows: null,
    buffers: null,
    timedOut: true,
    runs: 2,
  });
  const unplanned = summarizeTimeout({ name: "q", timeoutMs: 500 }, undefined, 0);
  expect(unplanned).toMatchObject({ planType: null, usesIndex: false, executionMs: 500, runs: 0 });
});

it("what was not run has no numbers", () => {
  expect(notMeasured({ name: "q" }, "why")).toMatchObject({
    executionMs: null,
    runs: 0,
    note: "why",
  });
});

/** Without a ledger. */
const LOST = { isCharged: false, unsavedScans: 0 };

it("tells traffic from our own scans, across reports and resets of the counters", () => {
  const report = (
    scansBefore: number,
    scans: number,
    previous?: { readonly scans: number; readonly ownScans: number },
  ) => account({ ...LOST, scansBefore, ownScans: 6, after: { ...NO_USAGE, scans } }, previous);
  const first = report(4, 10);
  expect(first).toMatchObject({ ownScans: 6, trafficScans: 4 });
  const second = report(14, 20, first);
  expect(second).toMatchObject({ ownScans: 12, trafficScans: 8 });
  const afterReset = report(1, 7, second);
  expect(afterReset).toMatchObject({ ownScans: 6, trafficScans: 1 });
  expect(report(7, 3, afterReset)).toMatchObject({ ownScans: 6, trafficScans: 0 });
  const ourScansAreLate = report(7, 7, afterReset);
  expect(ourScansAreLate).toMatchObject({ ownScans: 12, trafficScans: 0 });
  expect(report(13, 19, ourScansAreLate)).toMatchObject({ ownScans: 18, trafficScans: 1 });
});

it("allows for measurements that nobody kept, as far as there were scans at all", () => {
  const after = (scans: number) => ({ ...NO_USAGE, scans });
  const counted = { ...LOST, scansBefore: 20, ownScans: 6, unsavedScans: 12, after: after(26) };
  expect(account(counted, undefined)).toMatchObject({ trafficScans: 20, isExact: true });
  const first = { scans: 10, ownScans: 6, isExact: true };
  const second = account(counted, first);
  expect(second).toMatchObject({ trafficScans: 4, ownScans: 22, isExact: false });
  const third = account({ ...counted, scansBefore: 126, after: after(132) }, second);
  expect(third).toMatchObject({ trafficScans: 92, ownScans: 40, isExact: false });
  const exact = { ...LOST, scansBefore: 26, ownScans: 0, after: after(26) };
  expect(account(exact, second)).toMatchObject({ trafficScans: 4, isExact: false });
  expect(account(exact, first)).toMatchObject({ trafficScans: 20, isExact: true });
  const afterReset = account({ ...counted, scansBefore: 5, after: after(11) }, second);
  expect(afterReset).toMatchObject({ trafficScans: 0, ownScans: 11, isExact: false });
});

describe("with a ledger", () => {
  const after = (scans: number, measuredScans: number) => ({ ...NO_USAGE, scans, measuredScans });
  const counted = (scansBefore: number, ownScans: number, scans: number, ledger: number) =>
    account(
      { isCharged: true, unsavedScans: 0, scansBefore, ownScans, after: after(scans, ledger) },
      undefined,
    );

  it("what it does not have is traffic, from the first report on", () => {
    expect(counted(0, 6, 6, 6)).toMatchObject({ trafficScans: 0, isExact: true });
    expect(counted(4, 6, 10, 6)).toMatchObject({ trafficScans: 4, isExact: true });
    expect(counted(4, 6, 10, 8)).toMatchObject({ trafficScans: 2, isExact: false });
    expect(counted(4, 6, 10, 900)).toMatchObject({ trafficScans: 0, isExact: false });
  });

  const report = (scansBefore: number, scans: number, ledger: number, previous: EarlierUsage) =>
    account(
      { isCharged: true, unsavedScans: 0, scansBefore, ownScans: 6, after: after(scans, ledger) },
      previous,
    );

  it("what others wrote into it since is not traffic", () => {
    const first = counted(4, 6, 10, 6);
    const second = report(30, 36, 24, first);
    expect(second).toMatchObject({ trafficScans: 12, isExact: false, isToldApart: true });
    expect(report(50, 56, 30, second)).toMatchObject({ trafficScans: 26, isExact: false });
  });

  it("a new index, or new counters, begin anew; the ledger may go on, or not", () => {
    const first = { ...counted(4, 6, 10, 6), trafficScans: 4 };
    expect(report(0, 6, 12, first)).toMatchObject({ trafficScans: 0, isExact: true });
    expect(report(5, 11, 12, first)).toMatchObject({ trafficScans: 5, isExact: true });
    const reset = { ...first, countersSince: "2026-01-01T00:00:00Z" };
    expect(report(20, 26, 6, reset)).toMatchObject({ trafficScans: 20, isExact: true });
  });

  it("what a release without one counted as traffic may have been ours", () => {
    const old = { scans: 50, ownScans: 5, isExact: true, trafficScans: 45 };
    expect(report(60, 66, 6, old)).toMatchObject({ trafficScans: 0, isExact: false });
    expect(report(60, 66, 6, { ...old, ownScans: 0, trafficScans: 50 })).toMatchObject({
      trafficScans: 60,
      isToldApart: true,
    });
  });
});

it.each([
  [0, 1],
  [-5, 1],
  [14 * 60_000, 1],
  [15 * 60_000, 2],
  [24 * 3_600_000, 97],
])("within %d ms there may have been %d such measurements", (elapsed, measurements) => {
  expect(unsavedMeasurements(elapsed)).toBe(measurements);
});
