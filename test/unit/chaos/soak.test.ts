import { expect, test } from "vitest";
import { growthOf, LEAST_SAMPLES } from "../../../chaos/soak/growth.ts";

const measure = { name: "heap", unit: "MB", tolerance: 1 } as const;
const samples = (of: (index: number) => number) => Array.from({ length: 30 }, (_, i) => of(i));

test("what fills in the first third is no growth", () => {
  const warmUp = samples((i) => (i < 10 ? i * 10 : 100));
  expect(growthOf(measure, warmUp)).toMatchObject({ growth: 0, grows: false });
});

test("what grows after it is", () => {
  const leak = samples((i) => 100 + i / 10);
  expect(growthOf(measure, leak)).toMatchObject({ grows: true, first: 101 });
  expect(growthOf(measure, leak).growth).toBeCloseTo(1.9);
});

test("one high sample is none, wherever it is, and less of it at the end is none", () => {
  expect(
    growthOf(
      measure,
      samples((i) => (i === 20 ? 500 : 100)),
    ).grows,
  ).toBe(false);
  expect(
    growthOf(
      measure,
      samples((i) => 100 - i),
    ).grows,
  ).toBe(false);
});

test("a share of the median may be allowed where that is more", () => {
  const slow = samples((i) => 100 + i / 10);
  expect(growthOf({ ...measure, share: 0.05 }, slow)).toMatchObject({ grows: false });
  expect(growthOf({ ...measure, share: 0.001 }, slow)).toMatchObject({ allowed: 1, grows: true });
});

test("a connection that is left open now and then is growth", () => {
  const connections = { name: "connections", unit: "", tolerance: 0.5 } as const;
  expect(
    growthOf(
      connections,
      samples((i) => (i > 24 ? 1 : 0)),
    ).grows,
  ).toBe(true);
});

test("too few samples are refused, and none may be missing", () => {
  expect(() => growthOf(measure, [1, 2, 3])).toThrow("use more minutes");
  expect(() =>
    growthOf(
      measure,
      samples(() => Number.NaN),
    ),
  ).toThrow("not measured");
  expect(LEAST_SAMPLES).toBeGreaterThan(2);
});
