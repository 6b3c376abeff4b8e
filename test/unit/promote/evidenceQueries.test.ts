import { describe } from "vitest";
import type { QueryEvidence } from "../../../providers/pgindex/src/engine/promote/evidence.ts";
import { type Case, LOOKUP, OTHER, testMissing } from "../../support/promote/evidenceCases.ts";

const PLANS: readonly Case[] = [
  ["no plan that uses it", { queries: [OTHER] }, {}, [/no measured plan there uses it/]],
  [
    "a plan of the list wanted, and none that reads the table",
    { queries: [{ ...OTHER, planType: null }] },
    { planTypes: { other: ["Index Scan"] } },
    [/no measured plan/, /"other" uses no scan of its table without this index there/],
  ],
  ["no query at all", { queries: [] }, {}, [/no measured plan there uses it/]],
  ["a plan of the list; others do not count", {}, { planTypes: ["Index Scan"] }, []],
  [
    "a plan that is not in the list",
    {},
    { planTypes: ["Index Only Scan", "Bitmap Heap Scan"] },
    [/"lookup" uses Index Scan there, Index Only Scan or Bitmap Heap Scan wanted/],
  ],
  ["the named query's plan", {}, { planTypes: { lookup: ["Index Scan"] } }, []],
  [
    "a named query that does not use it",
    {},
    { planTypes: { other: ["Seq Scan"] } },
    [/"other" uses Seq Scan without this index there, Seq Scan wanted/],
  ],
  [
    "a named query that is not there",
    {},
    { planTypes: { loookup: ["Index Scan"] } },
    [/no query "loookup" is measured there: .* or correct its name here/],
  ],
];

const slow = (change: Partial<QueryEvidence>) => ({ queries: [{ ...LOOKUP, ...change }] });

const TIMES: readonly Case[] = [
  ["within the bound", slow({}), { maximumMs: 4 }, []],
  ["within the named bound", {}, { maximumMs: { lookup: 4 } }, []],
  [
    "above the bound",
    slow({}),
    { maximumMs: 3.9 },
    [/"lookup" takes 4 ms there, at most 3.9 ms wanted/],
  ],
  [
    "above the named bound",
    {},
    { maximumMs: { lookup: 3 } },
    [/"lookup" takes 4 ms there, at most 3 ms wanted/],
  ],
  [
    "a bound on every query, one of which was not measured",
    {},
    { maximumMs: 5 },
    [/"other" was not measured there, at most 5 ms wanted/],
  ],
  [
    "timed out, whatever the bound",
    slow({ executionMs: 100, timedOut: true }),
    { maximumMs: 150 },
    [/takes more than 100 ms there, at most 150 ms wanted/],
  ],
  ["twice as slow as before", slow({ executionMs: 400 }), {}, []],
  [
    "more than twice as slow",
    slow({ executionMs: 401 }),
    {},
    [/"lookup" takes 401 ms there, 200 ms before the build, at most 2 times as long wanted/],
  ],
  [
    "more than twice as slow, which is allowed",
    slow({ executionMs: 401 }),
    { maximumSlowdown: 3 },
    [],
  ],
  ["ten times as slow, within the noise", slow({ executionMs: 0.5, beforeMs: 0.05 }), {}, []],
  ["not measured before", slow({ executionMs: 9_000, beforeMs: null }), {}, []],
  [
    "refused by the server now",
    slow({ executionMs: null }),
    {},
    [/"lookup" took 200 ms before the build there and does not run now/],
  ],
  [
    "evidence of an older release, which has no times",
    { queries: [{ name: "lookup", usesIndex: true, planType: "Index Scan" }] },
    {},
    [],
  ],
];

describe.each([
  ["plans", PLANS],
  ["times", TIMES],
])("what is still missing for the next stage: %s", (_what, cases) => testMissing(cases));
