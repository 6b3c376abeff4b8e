import { describe, expect, test } from "vitest";
import { timeAxis } from "../../../providers/pgindex/src/report/plots/plotFrame.ts";

const labels = (...times: string[]) => {
  const { ticks, tickFormat } = timeAxis(times.map((time) => new Date(time)));
  return ticks.map(tickFormat);
};

describe("a time axis has a few labels, as fine as its steps", () => {
  test.each<[string, string, string[]]>([
    ["2026-11-22T10:00:00.4Z", "2026-11-22T10:00:03Z", ["10:00:01", "10:00:02", "10:00:03"]],
    ["2026-11-22T10:00:53Z", "2026-11-22T10:00:59.5Z", ["10:00:54", "10:00:56", "10:00:58"]],
    ["2026-11-22T10:00:00Z", "2026-11-22T13:00:00Z", ["10:00", "11:00", "12:00", "13:00"]],
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
    expect(found.length).toBeLessThanOrEqual(4);
    expect(new Set(found).size).toBe(found.length);
  });

  test("whatever their order", () => {
    expect(labels("2026-11-22T13:00:00Z", "2026-11-22T10:00:00Z")).toHaveLength(4);
  });
});
