import { expect, test } from "vitest";
import { toStatistics } from "../../../providers/pgindex/src/engine/twin/expressionStatistics.ts";

const ROWS = 10_000;
const NONE = { most_common_elems: null, most_common_elem_freqs: null, elem_count_histogram: null };
const value = (
  text: string,
  weight: number,
  more: { times?: number; isCommon?: boolean } = {},
) => ({
  ...{ value: text, bytes: 4, weight, times: 1, isCommon: false },
  ...more,
});

test("each value of the column has its own: common ones stay common, and there are as many", () => {
  const values = [value("a", 0.6, { isCommon: true }), value("b", 0.2), value("c", 0.2)];
  expect(toStatistics(values, -0.3, ROWS)).toEqual({
    null_frac: 0,
    avg_width: 4,
    n_distinct: -0.3,
    most_common_vals: '{"a"}',
    most_common_freqs: "{0.6}",
    histogram_bounds: '{"b","c"}',
    correlation: null,
    ...NONE,
  });
});

test("what several values of the column give is common, as often as all of them", () => {
  const values = [value("x", 0.3, { times: 30 }), value("y", 0.7, { times: 70 })];
  expect(toStatistics(values, -1, ROWS)).toMatchObject({
    n_distinct: 2,
    most_common_vals: '{"y","x"}',
    most_common_freqs: "{0.7,0.3}",
    histogram_bounds: null,
  });
});

test("a number of values that grows with the table is a share of its rows", () => {
  const once = Array.from({ length: 98 }, (_, i) => value(`v${i}`, 0.01));
  const { n_distinct } = toStatistics([...once, value("w", 0.02, { times: 2 })], -1, ROWS);
  expect(n_distinct).toBeLessThan(-0.1);
  expect(n_distinct).toBeGreaterThanOrEqual(-1);
});

test("it is null for a part of the rows, for all of them, or nothing is known", () => {
  const absent = { value: null, weight: 0.25 };
  expect(toStatistics([absent, value('q"\\', 0.75)], 5, ROWS)).toMatchObject({
    null_frac: 0.25,
    most_common_vals: null,
    most_common_freqs: null,
    histogram_bounds: null,
  });
  expect(toStatistics([absent], 5, ROWS)).toMatchObject({ null_frac: 1, avg_width: 0 });
  expect(toStatistics([], 5, ROWS)).toMatchObject({ null_frac: 1, avg_width: 0 });
  const quoted = toStatistics([value('q"\\', 1, { isCommon: true })], 1, ROWS);
  expect(quoted.most_common_vals).toBe('{"q\\"\\\\"}');
});
