import { describe, expect, it } from "vitest";
import { PgIndexError } from "../../../providers/pgindex/src/engine/errors/advice.ts";
import type { Measured } from "../../../providers/pgindex/src/engine/measure/measure.ts";
import type { QueryMeasurement } from "../../../providers/pgindex/src/engine/measure/measurement.ts";
import type {
  Expectation,
  ParsedQuery,
} from "../../../providers/pgindex/src/engine/measure/servedQueries.ts";
import { judge } from "../../../providers/pgindex/src/engine/verify/expectations.ts";

const INDEX = { schema: "public", table: "t", name: "t_a_idx" };

const query = (expected: Partial<Expectation> = {}): ParsedQuery => ({
  name: "lookup",
  sql: "SELECT 1",
  parameters: 0,
  runs: 5,
  timeoutMs: 1_000,
  expect: { usesIndex: true, ...expected },
});

const found: QueryMeasurement = {
  name: "lookup",
  planType: "Index Scan",
  index: "t_a_idx",
  usesIndex: true,
  executionMs: 2,
  rows: 1,
  buffers: 3,
  timedOut: false,
  runs: 5,
};
const before: QueryMeasurement = {
  ...found,
  planType: "Seq Scan",
  index: null,
  usesIndex: false,
  executionMs: 200,
};
const seqScan = { planType: "Seq Scan", index: null, usesIndex: false };

function judged(
  expected: Partial<Expectation>,
  change: Partial<QueryMeasurement> = {},
  usable: boolean | null = null,
  more: Partial<Measured> = {},
) {
  return judge(
    query(expected),
    { measurement: { ...found, ...change }, usable, ...more },
    before,
    INDEX,
  );
}

it("compares with the time before", () => {
  expect(judged({ planTypes: ["Index Scan"], maximumMs: 2, minimumRatio: 100 })).toEqual({
    ...found,
    note: null,
    before: { planType: "Seq Scan", executionMs: 200, rows: 1, buffers: 3, timedOut: false },
    ratio: 100,
    ok: true,
    problems: [],
  });
});

describe("the ratio", () => {
  it("has one decimal", () => expect(judged({}, { executionMs: 0.7 }).ratio).toBe(285.7));
  it("is finite for a time too short to show", () =>
    expect(judged({}, { executionMs: 0 }).ratio).toBe(200_000));
  it("is not known where the query timed out", () =>
    expect(judged({}, { timedOut: true }).ratio).toBeNull());
  it.each([
    ["nothing was measured before", undefined, /nothing was measured before the build/],
    ["what was measured did not run", { ...before, executionMs: null }, /nothing was measured/],
    ["other SQL had its name", { ...before, textHash: "other" }, /another text was measured/],
  ])("is unknown, and not met, where %s", (_title, earlier, problem) => {
    const measurement = { ...found, textHash: "this" };
    const asked = query({ minimumRatio: 9 });
    const alone = judge(asked, { measurement, usable: null }, earlier, INDEX);
    expect(alone).toMatchObject({ before: null, ratio: null, ok: false });
    expect(alone.problems).toEqual([expect.stringMatching(problem)]);
    const nothingAsked = judge(query(), { measurement, usable: null }, earlier, INDEX);
    expect(nothingAsked).toMatchObject({ ratio: null, ok: true });
  });
});

describe("what is not as expected is told with what to do", () => {
  const cases: [
    title: string,
    expected: Partial<Expectation>,
    change: Partial<QueryMeasurement>,
    usable: boolean | null,
    problem: RegExp,
  ][] = [
    [
      "a small table",
      {},
      seqScan,
      true,
      /expected a plan using public\.t_a_idx, found Seq Scan; the planner prefers Seq Scan on small tables.*: yes.*ANALYZE "public"\."t"/,
    ],
    [
      "an index of no use",
      {},
      seqScan,
      false,
      /usable with enable_seqscan=off: no.*Compare the query's conditions/,
    ],
    [
      "another index",
      {},
      { index: "other", usesIndex: false },
      false,
      /found Index Scan using other/,
    ],
    [
      "another table",
      {},
      { planType: null, index: null, usesIndex: false },
      false,
      /found no scan of public\.t; check that the query reads the index's table/,
    ],
    [
      "another plan",
      { planTypes: ["Index Only Scan"] },
      {},
      null,
      /expected Index Only Scan using public\.t_a_idx, found Index Scan using t_a_idx; .*add "Index Scan"/,
    ],
    [
      "another plan, whatever index it uses",
      { planTypes: ["Index Scan", "Bitmap Heap Scan"], usesIndex: false },
      seqScan,
      true,
      /^expected Index Scan or Bitmap Heap Scan, found Seq Scan; /,
    ],
    [
      "a plan that could not be tried without a scan of the table",
      {},
      seqScan,
      null,
      /found Seq Scan; run ANALYZE "public"\."t"; and then pulumi refresh$/,
    ],
    ["too slow", { maximumMs: 1 }, {}, null, /expected at most 1 ms, found 2 ms/],
    [
      "too little faster",
      { minimumRatio: 101 },
      {},
      null,
      /expected to be 101 times faster than before, found 100 \(200 ms before, 2 ms now\)/,
    ],
    [
      "no end",
      {},
      { timedOut: true, executionMs: 1000 },
      null,
      /did not end within its timeout of 1000 ms \(Index Scan\)/,
    ],
    [
      "no end, not even of the planning",
      { usesIndex: false },
      { timedOut: true, executionMs: 1000, planType: null, index: null, usesIndex: false },
      null,
      /did not end within its timeout of 1000 ms \(plan unknown\)/,
    ],
    [
      "no rows",
      {},
      { executionMs: null, note: "no rows to sample" },
      null,
      /not measured: no rows to sample/,
    ],
  ];
  it.each(cases)("%s", (_title, expected, change, usable, problem) => {
    const result = judged(expected, change, usable);
    expect(result.ok).toBe(false);
    expect(result.problems).toHaveLength(1);
    expect(result.problems[0]).toMatch(problem);
  });

  it("a query that the server refuses", () => {
    const failure = new PgIndexError({ what: "w", why: "y", fix: "f" });
    expect(judged({}, {}, null, { failure }).problems).toEqual([failure.message]);
  });

  it("nothing, where nothing is asked", () => {
    expect(judged({ usesIndex: false }, seqScan).ok).toBe(true);
    expect(judged({ usesIndex: false }, { executionMs: null }).ok).toBe(true);
  });

  it("everything at once", () => {
    expect(judged({ maximumMs: 1, minimumRatio: 500 }, seqScan, true).problems).toHaveLength(3);
  });
});

describe("a generic plan that is another, and not chosen yet, is noted", () => {
  const generic = { planType: "Seq Scan", index: null, usesIndex: false, isChosen: false } as const;
  const NOTE = "the generic plan, which a prepared statement can get, is another: ";
  it.each<[change: object, text: string | null]>([
    [{}, `${NOTE}Seq Scan`],
    [{ planType: "Index Scan", index: "t_b_idx" }, `${NOTE}Index Scan using t_b_idx`],
    [{ planType: null }, `${NOTE}no scan of the table`],
    [{ planType: "Index Scan", index: "t_a_idx", usesIndex: true }, null],
  ])("%j", (change, text) => {
    const { note, ok } = judged({}, { genericPlan: { ...generic, ...change } });
    expect({ note, ok }).toEqual({ note: text, ok: true });
  });
});
