import { describe, expect, test } from "vitest";
import type {
  Foretold,
  ForetoldPlan,
  PlanSummary,
} from "../../../providers/pgindex/src/engine/twin/foretell.ts";
import { foretoldLines } from "../../../providers/pgindex/src/engine/twin/foretoldLines.ts";

const SCAN: PlanSummary = {
  planType: "Seq Scan",
  index: null,
  usesIndex: false,
  cost: 7_459.2,
  rows: 12,
};
const BY_INDEX: PlanSummary = {
  planType: "Index Scan",
  index: "i",
  usesIndex: true,
  cost: 8.444,
  rows: 12,
};
const QUERY: ForetoldPlan = {
  name: "lookup",
  present: SCAN,
  foretold: BY_INDEX,
  alike: [1, 1],
};
const SURE = { isSure: true, doubts: [] };

const told = (more: Partial<Foretold>) =>
  foretoldLines({ queries: [QUERY], bytes: 8_192_000, redundant: [], sureness: SURE, ...more });

const CHANGED = 'plan of "lookup": Seq Scan → Index Scan by i, cost 7,459 → 8.44, 12 rows';

describe("of a query", () => {
  const rows: readonly (readonly [string, Partial<ForetoldPlan>, string])[] = [
    ["another plan", {}, CHANGED],
    ["one set of values needs no word", { alike: [1, 1] }, CHANGED],
    ["some sets have another plan", { alike: [2, 3] }, `${CHANGED}, for 2 of 3 sets of values`],
    [
      "the plan of today",
      { foretold: { ...SCAN, cost: 7_000 } },
      'plan of "lookup": stays Seq Scan, cost 7,459 → 7,000, 12 rows',
    ],
    [
      "the table is not read",
      { foretold: { ...SCAN, planType: null, cost: 0.01, rows: 1 } },
      'plan of "lookup": Seq Scan → does not read the table, cost 7,459 → 0.01, 1 rows',
    ],
    [
      "HypoPG agrees, whatever it costs",
      { hypothetical: { planType: "Index Scan", usesIndex: true, cost: 9 } },
      `${CHANGED}; HypoPG on the server agrees`,
    ],
    [
      "HypoPG takes another way",
      { hypothetical: { planType: "Seq Scan", usesIndex: false, cost: 7_459.2 } },
      `${CHANGED}; HypoPG on the server disagrees: Seq Scan, cost 7,459`,
    ],
    [
      "HypoPG reads otherwise",
      { hypothetical: { planType: "Bitmap Heap Scan", usesIndex: true, cost: 20 } },
      `${CHANGED}; HypoPG on the server disagrees: Bitmap Heap Scan by the index, cost 20.00`,
    ],
  ];
  test.each(rows)("%s", (_, more, line) => {
    expect(told({ queries: [{ ...QUERY, ...more }] })[0]).toBe(line);
  });
});

test("of a query of which nothing could be foretold, why", () => {
  const queries = [{ name: "lookup", unknown: "planning it takes too long" }];
  const [line] = told({ queries, redundant: [{ schema: "public", name: "old", bytes: 8_192 }] });
  expect(line).toBe('plan of "lookup": could not look, because planning it takes too long');
});

test("how sure it is, and how large the index", () => {
  expect(told({}).slice(1)).toEqual([
    "foretold on an empty copy, which plans these queries today as the server does",
    "the index will have about 8 MB",
  ]);
  expect(told({ sureness: { isSure: true, doubts: ["a"] } })[1]).toMatch(/as the server does: a$/);
  expect(told({ sureness: { isSure: false, doubts: ["a", "b"] } })[1]).toBe(
    "foretold on an empty copy, and not sure: a; b",
  );
});

describe("of an index that becomes redundant", () => {
  const redundant = [{ schema: "public", name: "old", bytes: 8_192 }];
  const WITHOUT = "without public.old (8 kB) too, whose keys begin the new index, ";
  test.each([
    ["as cheap", { withoutRedundant: { ...BY_INDEX, cost: 9 } }, "these plans stay as cheap"],
    ["not planned without it", {}, "these plans stay as cheap"],
    ["dearer", { withoutRedundant: { ...SCAN, cost: 500 } }, '"lookup" would cost 8.44 → 500'],
  ] as const)("%s", (_, more, then) => {
    expect(told({ redundant, queries: [{ ...QUERY, ...more }] })[1]).toBe(WITHOUT + then);
  });
});
