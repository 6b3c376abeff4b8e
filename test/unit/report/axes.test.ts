import { describe, expect, test } from "vitest";
import { linearScale, logScale } from "../../../providers/pgindex/src/report/charts/chartFrame.ts";
import { timeAxis } from "../../../providers/pgindex/src/report/charts/timeAxis.ts";

const labels = (...times: string[]) => {
  const { ticks } = timeAxis(times.map((time) => new Date(time)));
  return ticks.map(({ label }) => label);
};

describe("a time axis has a few labels, as fine as its steps", () => {
  test.each<[string, string, string[]]>([
    ["2026-11-22T10:00:00.4Z", "2026-11-22T10:00:03Z", ["10:00:01", "10:00:02", "10:00:03"]],
    ["2026-11-22T10:00:53Z", "2026-11-22T10:00:59.5Z", ["10:00:55"]],
    ["2026-11-22T10:00:00Z", "2026-11-22T13:00:00Z", ["10:00", "12:00"]],
    ["2026-11-22T10:00:00Z", "2026-11-25T09:00:00Z", ["11-23", "11-24", "11-25"]],
    ["2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z", ["10:00:00"]],
  ])("from %s to %s", (from, to, expected) => expect(labels(from, to)).toEqual(expected));

  test.each([1, 60, 3600, 86_400, 30 * 86_400, 3000 * 86_400])("over %d s", (seconds) => {
    const from = Date.parse("2026-11-22T10:17:03.5Z");
    const found = labels(
      new Date(from).toISOString(),
      new Date(from + seconds * 1000).toISOString(),
    );
    expect(found.length).toBeGreaterThanOrEqual(1);
    expect(found.length).toBeLessThanOrEqual(3);
    expect(new Set(found).size).toBe(found.length);
  });

  test("whatever their order", () => {
    expect(labels("2026-11-22T13:00:00Z", "2026-11-22T10:00:00Z")).toHaveLength(2);
  });
});

test.each<[number, string[]]>([
  [0, ["0", "0.2", "0.4", "0.6", "0.8", "1"]],
  [9, ["0", "2", "4", "6", "8", "10"]],
  [12, ["0", "5", "10", "15"]],
  [100, ["0", "20", "40", "60", "80", "100"]],
  [41_000_000, ["0", "10000000", "20000000", "30000000", "40000000", "50000000"]],
])("a linear axis up to %d ends at a round number that is not below", (most, expected) => {
  const { ticks, percent } = linearScale(most, (value) => String(Number(value.toPrecision(6))));
  expect(ticks.map(({ label }) => label)).toEqual(expected);
  expect(percent(most)).toBeLessThanOrEqual(100);
});

test.each([
  [[0.001, 45_000], 5],
  [[1], 3],
  [[5, 6], 2],
  [[999, 1000], 3],
])(
  "a logarithmic axis over %j has at most five labels, and room for every value",
  (values, most) => {
    const { ticks, percent } = logScale(values, String);
    expect(ticks.length).toBeLessThanOrEqual(most);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    for (const value of values) {
      expect(percent(value)).toBeGreaterThanOrEqual(0);
      expect(percent(value)).toBeLessThanOrEqual(100);
    }
  },
);
